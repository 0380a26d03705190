extension Preprocessing {
  /// The 8-bit image that the model sees: resized and cropped, not yet rescaled and normalised.
  ///
  /// Throws for an image without pixels, and for one so elongated that the resize would exceed the pixel limit.
  public func resizedAndCropped(_ image: RGBImage) throws(PreprocessingError) -> RGBImage {
    guard image.width > 0, image.height > 0 else { throw .emptyImage }
    try checkExtents()
    let (height, width) = resizedExtent(height: image.height, width: image.width)
    guard height <= RGBImage.defaultPixelLimit / width else {
      throw .tooElongated(image: "\(image.height)×\(image.width)", resized: "\(height)×\(width)")
    }
    let resized = image.resampled(width: width, height: height, filter: filter)
    guard let crop else { return resized }
    return resized.centreCropped(to: crop)
  }

  /// Throws for steps that leave no pixels.
  private func checkExtents() throws(PreprocessingError) {
    if let crop, crop.height < 1 || crop.width < 1 { throw .noExtent("\(crop.height)×\(crop.width)") }
    switch resize {
    case .exact(let height, let width), .cover(let height, let width):
      guard height > 0, width > 0 else { throw .noExtent("\(height)×\(width)") }
    case .shortestEdge(let edge):
      guard edge > 0 else { throw .noExtent("a shorter side of \(edge)") }
    case .none: break
    }
  }

  /// What is left to do with an image that has been resized and cropped.
  package var withoutResizing: Preprocessing {
    var rest = self
    (rest.resize, rest.crop) = (.none, nil)
    return rest
  }

  /// The extent of an image after the resize; nothing comes of nothing.
  func resizedExtent(height: Int, width: Int) -> (height: Int, width: Int) {
    guard height > 0, width > 0 else { return (0, 0) }
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

extension RGBImage {
  /// The centre of the image; where the image is smaller than the crop, black fills the rest.
  func centreCropped(to crop: Preprocessing.CentreCrop) -> RGBImage {
    if crop.height == height, crop.width == width { return self }
    let top = crop.rounding.margin(of: height, crop: crop.height)
    let left = crop.rounding.margin(of: width, crop: crop.width)
    // The part of the crop that the image covers, in the coordinates of the crop.
    let rows = max(-top, 0)..<max(-top, 0) + min(height, crop.height)
    let columns = max(-left, 0)..<max(-left, 0) + min(width, crop.width)
    return RGBImage(width: crop.width, height: crop.height) { target in
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
