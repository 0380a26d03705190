extension Preprocessing {
  /// Which part of an image the model sees, and how large.
  public struct View: Hashable, Sendable {
    /// Rows that the model sees.
    public let height: Int
    /// Columns that the model sees.
    public let width: Int
    let rows: Axis
    let columns: Axis

    /// Where the centre of a row that the model sees is in the image, in pixels from its upper edge; outside of the
    /// image in a border.
    public func sourceY(of row: Int) -> Double { rows.source(of: row) }

    /// Where the centre of a column that the model sees is in the image, in pixels from its left edge; outside of the
    /// image in a border.
    public func sourceX(of column: Int) -> Double { columns.source(of: column) }
  }

  /// One axis of a view.
  struct Axis: Hashable, Sendable {
    /// Pixels of the image for one of the model's.
    let scale: Double
    /// The resized image's pixel at the model's first; negative where the crop has a border.
    let origin: Int

    func source(of index: Int) -> Double { (Double(index + origin) + 0.5) * scale }
  }

  /// What the model sees of an image of an extent.
  public func view(ofHeight height: Int, width: Int) -> View {
    let resized = resizedExtent(height: height, width: width)
    func axis(_ side: Int, _ resized: Int, crop: Int?) -> Axis {
      Axis(
        scale: Double(side) / Double(resized),
        origin: crop.flatMap { length in self.crop?.rounding.margin(of: resized, crop: length) } ?? 0)
    }
    return View(
      height: crop?.height ?? resized.height, width: crop?.width ?? resized.width,
      rows: axis(height, resized.height, crop: crop?.height),
      columns: axis(width, resized.width, crop: crop?.width))
  }
}
