package import XAIImage

/// How the n-th curve of a chart looks.
///
/// Eight colours and seven dashes go round at different paces, so that no two of 56 curves look alike.
package struct LineStyle {
  package let colour: Colour
  package let dashes: [Double]
  /// By what a page knows the colour, which differs in the dark.
  package let colourClass: String

  /// Colours that stand out from white by a contrast of 4.5 at least.
  private static let colours = [
    Colour(0, 103, 177), Colour(185, 74, 0), Colour(0, 122, 85), Colour(160, 60, 132), Colour(122, 95, 0),
    Colour(48, 54, 61), Colour(0, 118, 154), Colour(141, 47, 47),
  ]

  /// Multiples of the line width.
  private static let patterns: [[Double]] = [
    [], [3.75, 1.7], [0.8, 1.7], [4.2, 1.7, 0.8, 1.7], [2.1, 1.25], [5.8, 1.25, 0.8, 1.25, 0.8, 1.25],
    [6.7, 2.5],
  ]

  package init(_ index: Int, lineWidth: Double) {
    let number = index % Self.colours.count
    colour = Self.colours[number]
    dashes = Self.patterns[index % Self.patterns.count].map { $0 * lineWidth }
    colourClass = "s\(number)"
  }
}
