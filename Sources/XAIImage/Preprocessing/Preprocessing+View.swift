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

extension Preprocessing {
  /// The 8-bit image that the model sees: resized and cropped, not yet rescaled and normalised.
  ///
  /// Throws for an image without pixels, and for one so elongated that the resize would exceed the pixel limit.
  public func resizedAndCropped(_ image: Image) throws(PreprocessingError) -> Image {
    guard image.width > 0, image.height > 0 else { throw .emptyImage }
    let (height, width) = resizedExtent(height: image.height, width: image.width)
    guard height <= Image.defaultPixelLimit / width else {
      throw .tooElongated(image: "\(image.height)×\(image.width)", resized: "\(height)×\(width)")
    }
    let resized = image.resized(width: width, height: height, filter: filter)
    guard let crop else { return resized }
    return resized.centreCropped(to: crop)
  }

  /// What is left to do with an image that has been resized and cropped.
  package var withoutResizing: Preprocessing {
    var rest = self
    (rest.resize, rest.crop) = (.none, nil)
    return rest
  }

  /// The extent of an image after the resize.
  func resizedExtent(height: Int, width: Int) -> (height: Int, width: Int) {
    switch resize {
    case .none:
      return (height, width)
    case .exact(let newHeight, let newWidth):
      return (newHeight, newWidth)
    case .shortestEdge(let edge):
      let long = Int(Double(edge * max(height, width)) / Double(min(height, width)))
      return width <= height ? (long, edge) : (edge, long)
    case .cover(let newHeight, let newWidth):
      let ratio = min(Double(height) / Double(newHeight), Double(width) / Double(newWidth))
      func side(_ side: Int) -> Int { max(Int((Double(side) / ratio).rounded(.toNearestOrEven)), 1) }
      return (side(height), side(width))
    }
  }
}

extension Image {
  /// The centre of the image; where the image is smaller than the crop, black fills the rest.
  func centreCropped(to crop: Preprocessing.CentreCrop) -> Image {
    if crop.height == height, crop.width == width { return self }
    let top = crop.rounding.margin(of: height, crop: crop.height)
    let left = crop.rounding.margin(of: width, crop: crop.width)
    // The part of the crop that the image covers, in the coordinates of the crop.
    let rows = max(-top, 0)..<max(-top, 0) + min(height, crop.height)
    let columns = max(-left, 0)..<max(-left, 0) + min(width, crop.width)
    return Image(width: crop.width, height: crop.height) { target in
      target.initialize(repeating: 0, count: crop.width * crop.height * 3)
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for y in rows {
          let row = source + ((y + top) * width + columns.lowerBound + left) * 3
          (target + (y * crop.width + columns.lowerBound) * 3).update(from: row, count: columns.count * 3)
        }
      }
    }
  }
}

extension Preprocessing.CentreCrop.Rounding {
  /// Samples before the crop on one axis; minus the border where the crop is the larger one.
  func margin(of side: Int, crop: Int) -> Int {
    let difference = side - crop
    switch self {
    case .floor:
      return difference >> 1
    case .halfToEven:
      return difference >= 0
        ? Int((Double(difference) / 2).rounded(.toNearestOrEven)) : -(-difference / 2)
    }
  }
}
