import XAIFoundation
public import XAIImage

/// What the colours of a figure stand for: a bar with the colours, lowest at the bottom, and numbers or words next to it.
public struct ColourBar: Hashable, Sendable {
  /// A place on the bar.
  public struct Mark: Hashable, Sendable {
    /// From 0 at the bottom to 1 at the top.
    public var position: Double
    /// What is written there.
    public var label: String

    /// Makes a mark.
    public init(_ position: Double, _ label: String) {
      self.position = position
      self.label = label
    }
  }

  /// What stands above the bar; nothing where empty.
  public var title = ""
  /// The colours.
  public var colourMap: ColourMap
  /// What is written next to the bar.
  public var marks: [Mark]

  /// Makes a bar with words or numbers at some places.
  public init(_ colourMap: ColourMap, marks: [Mark]) {
    self.colourMap = colourMap
    self.marks = marks
  }

  /// Makes a bar of a range of numbers, with round ones next to it.
  public init(_ colourMap: ColourMap, range: ClosedRange<Double>) {
    self.init(colourMap, marks: [])
    guard range.lowerBound < range.upperBound else {
      marks = [Mark(0.5, compact(range.lowerBound))]
      return
    }
    let axis = AxisTicks(spanning: range, count: 6, isExtended: false)
    marks = axis.ticks.map { Mark(axis.share(of: $0.value), $0.label) }
  }

  /// The room that the bar takes with its marks.
  func width(textSize: Double) -> Double {
    let labels = marks.map { TextMetrics.width(of: $0.label, size: textSize) }
    return max(
      1.25 * textSize + (labels.max().map { $0 + textSize * 0.8 } ?? 0),
      titleBlock(textSize: textSize).width)
  }

  private func titleBlock(textSize: Double) -> TextBlock {
    TextBlock(title, size: textSize, width: 9 * textSize)
  }

  /// Draws the bar with its title into a height.
  func draw(on drawing: inout Drawing, x: Double, y top: Double, height whole: Double, textSize: Double) {
    let colours = colourMap.colours
    let title = titleBlock(textSize: textSize)
    drawing.draw(title, x: x, top: top, anchor: .start, colour: .muted)
    let (y, height) = (top + title.height, max(whole - title.height, 1))
    let bar = Drawing.Rectangle(x: x, y: y, width: 1.25 * textSize, height: height)
    let samples = colours.reversed().flatMap { [$0.red, $0.green, $0.blue] }
    let image = RGBImage(width: 1, height: colours.count) { $0.update(from: samples, count: samples.count) }
    drawing.draw(.image(image, bar, isSmooth: false))
    drawing.draw(.rectangle(bar), .line(.muted, width: textSize / 16))
    for mark in marks {
      let place = bar.bottom - mark.position * height
      drawing.draw(
        .line(.init(bar.right, place), .init(bar.right + textSize * 0.3, place)),
        .line(.muted, width: textSize / 16))
      // Labels at the ends stay within the bar's height.
      let half = TextMetrics.digitHeight / 2 * textSize
      let middle = min(max(place, y + half), bar.bottom - half)
      drawing.draw(
        .init(
          mark.label, at: .init(bar.right + textSize * 0.6, middle + half), size: textSize, colour: .muted),
        mark: .init("tick"))
    }
  }
}
