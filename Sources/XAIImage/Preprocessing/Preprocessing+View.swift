extension Preprocessing {
  /// Which part of an image the model sees, and how large.
  public struct View: Hashable, Sendable {
    let rows: Axis
    let columns: Axis

    /// Rows that the model sees.
    public var height: Int { rows.length }
    /// Columns that the model sees.
    public var width: Int { columns.length }

    /// Where the centre of a row that the model sees is in the image, in pixels from its upper edge; outside of the
    /// image in a border.
    public func sourceY(of row: Int) -> Double { rows.source(of: row) }

    /// Where the centre of a column that the model sees is in the image, in pixels from its left edge; outside of the
    /// image in a border.
    public func sourceX(of column: Int) -> Double { columns.source(of: column) }
  }

  /// One axis of a view.
  struct Axis: Hashable, Sendable {
    /// Pixels of the image.
    let side: Int
    /// Pixels of the whole image after the resize.
    let resized: Int
    /// The resized image's pixel at the model's first; negative where the crop has a border.
    let origin: Int
    /// Pixels that the model sees.
    let length: Int

    func source(of index: Int) -> Double {
      (Double(index + origin) + 0.5) * (Double(side) / Double(resized))
    }

    /// Where the centre of a pixel of the image is in what the model sees, from 0 to 1; nil where it doesn't see it.
    ///
    /// - Parameter count: pixels of the image as it is drawn, which may be at another size.
    func place(of index: Int, in count: Int) -> Double? {
      // One division of whole numbers: an edge that a centre lies on is met exactly.
      let position = Double((2 * index + 1) * resized) / Double(2 * count) - Double(origin)
      return position >= 0 && position < Double(length) ? position / Double(length) : nil
    }
  }

  /// What the model sees of an image of an extent.
  public func view(ofHeight height: Int, width: Int) -> View {
    let resized = resizedExtent(height: height, width: width)
    func axis(_ side: Int, _ resized: Int, crop: Int?) -> Axis {
      Axis(
        side: side, resized: resized,
        origin: crop.flatMap { length in self.crop?.rounding.margin(of: resized, crop: length) } ?? 0,
        length: crop ?? resized)
    }
    return View(
      rows: axis(height, resized.height, crop: crop?.height),
      columns: axis(width, resized.width, crop: crop?.width))
  }
}

extension Preprocessing.View {
  /// All of an image, as it is.
  public static func whole(height: Int, width: Int) -> Self {
    func axis(_ side: Int) -> Preprocessing.Axis {
      Preprocessing.Axis(side: side, resized: side, origin: 0, length: side)
    }
    return Self(rows: axis(height), columns: axis(width))
  }

  /// Whether the model sees all of the image.
  public var isWhole: Bool {
    [rows, columns].allSatisfy { $0.origin <= 0 && $0.origin + $0.length >= $0.resized }
  }

  /// The part of the image that the model sees, in its pixels: from the first that it sees any of to behind the last.
  public var seen: (rows: Range<Int>, columns: Range<Int>) { (rows.seen, columns.seen) }
}

extension Preprocessing.Axis {
  fileprivate var seen: Range<Int> {
    let pixels = (0..<side).filter { place(of: $0, in: side) != nil }
    guard let first = pixels.first, let last = pixels.last else { return 0..<0 }
    return first..<last + 1
  }
}
