extension Preprocessing {
  /// The same steps for another input size, which need not be square.
  ///
  /// A crop keeps its share of the resized image: timm's `⌊size / crop_pct⌋`, or the ratio of a Hugging Face `size` to
  /// its `crop_size`. Without a crop, the image is resized to exactly the new size. Traps on sizes that aren't positive.
  public func withInputSize(height: Int, width: Int) -> Preprocessing {
    precondition(height > 0 && width > 0, "an input size is positive, not \(height)×\(width)")
    var changed = self
    guard let crop else {
      changed.resize = .exact(height: height, width: width)
      return changed
    }
    changed.crop = CentreCrop(height: height, width: width, rounding: crop.rounding)
    changed.resize = resize(forCropOf: (height, width), insteadOf: crop)
    return changed
  }

  private func resize(forCropOf new: (height: Int, width: Int), insteadOf old: CentreCrop) -> Resize {
    /// Scales a new side as `resized` stands to the old side.
    func scaled(_ side: Int, _ resized: Int, per oldSide: Int) -> Int {
      if let cropFraction { return Int(Double(side) / cropFraction) }
      return side * resized / oldSide
    }
    switch resize {
    case .none:
      return .none
    case .exact(let height, let width):
      return .exact(
        height: scaled(new.height, height, per: old.height), width: scaled(new.width, width, per: old.width))
    case .shortestEdge(let edge):
      // A non-square crop of a square-crop configuration keeps what the shorter side of the crop gave.
      let oldSide = min(old.height, old.width)
      return .covering(scaled(new.height, edge, per: oldSide), scaled(new.width, edge, per: oldSide))
    case .cover(let height, let width):
      return .covering(scaled(new.height, height, per: old.height), scaled(new.width, width, per: old.width))
    }
  }
}

extension Preprocessing.Resize {
  /// The rule of timm: the shortest edge where both sides are equal, otherwise just large enough to cover both.
  static func covering(_ height: Int, _ width: Int) -> Self {
    height == width ? .shortestEdge(height) : .cover(height: height, width: width)
  }
}
