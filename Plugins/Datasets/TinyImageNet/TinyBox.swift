import XAICore

/// A box as the lists give it: the first and the last pixel of each axis, both inside, in images of 64×64 pixels.
///
/// The lists hold 0 to 63 and never 64, boxes of a whole image are `0 0 63 63`, and objects of one pixel's width begin
/// and end with the same number: both ends belong to the box, and its width is x₁ − x₀ + 1.
struct TinyBox: Sendable {
  /// The pixels of a side of the images that the lists speak of.
  private static let side = 64

  private let x0: UInt8
  private let y0: UInt8
  private let x1: UInt8
  private let y1: UInt8

  /// Reads four fields of a line; nil where they are no box.
  init?(_ fields: some Collection<ArraySlice<UInt8>>) {
    let numbers = fields.compactMap { UInt8(String(decoding: $0, as: UTF8.self)) }
    guard fields.count == 4, numbers.count == 4, numbers.allSatisfy({ $0 < Self.side }),
      numbers[0] <= numbers[2],
      numbers[1] <= numbers[3]
    else { return nil }
    (x0, y0, x1, y1) = (numbers[0], numbers[1], numbers[2], numbers[3])
  }

  /// The box in an image of another size.
  func box(width: Int, height: Int) -> Box {
    Box(
      x: Double(x0), y: Double(y0), width: Double(x1) - Double(x0) + 1, height: Double(y1) - Double(y0) + 1
    ).scaled(x: Double(width) / Double(Self.side), y: Double(height) / Double(Self.side))
  }
}
