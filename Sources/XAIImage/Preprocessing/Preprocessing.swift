import XAIFoundation

/// How an image becomes the input of a model: resize, centre crop, rescale, normalise.
///
/// The first two steps work on 8-bit samples, as Pillow does; the others give `(x × rescale − mean) / std` in float32.
public struct Preprocessing: Hashable, Sendable {
  /// How the extent of the resized image follows from that of the original.
  public enum Resize: Hashable, Sendable {
    /// The image keeps its extent.
    case none
    /// Both sides are given; the aspect ratio changes.
    case exact(height: Int, width: Int)
    /// The shorter side is given, the longer one is ⌊side × long / short⌋.
    case shortestEdge(Int)
    /// Both sides are divided by min(h / height, w / width) and rounded to even, so that the image just covers them.
    case cover(height: Int, width: Int)
  }

  /// A crop at the centre; an image that is too small gets a black border.
  public struct CentreCrop: Hashable, Sendable {
    /// How the odd pixel of an uneven margin is placed.
    public enum Rounding: String, Hashable, Sendable {
      /// Margins round down, borders up (Hugging Face).
      case floor
      /// Margins round half to even, borders down (torchvision, so timm).
      case halfToEven
    }

    /// Rows after the crop.
    public var height: Int
    /// Columns after the crop.
    public var width: Int
    /// Where the odd pixel goes.
    public var rounding: Rounding

    /// Makes a crop to `height × width`.
    public init(height: Int, width: Int, rounding: Rounding = .floor) {
      self.height = height
      self.width = width
      self.rounding = rounding
    }
  }

  /// The mean and standard deviation of the three channels, on rescaled samples.
  public struct Normalisation: Hashable, Sendable {
    /// Means of red, green and blue.
    public var mean: [Float]
    /// Standard deviations of red, green and blue.
    public var standardDeviation: [Float]

    /// Makes a normalisation; traps unless there are three means and three positive deviations.
    public init(mean: [Float], standardDeviation: [Float]) {
      require(mean.count == 3 && standardDeviation.count == 3, "an image has three channels")
      require(
        standardDeviation.allSatisfy { $0 > 0 }, "standard deviations are positive: \(standardDeviation)")
      self.mean = mean
      self.standardDeviation = standardDeviation
    }

    /// The statistics of ImageNet, in RGB order.
    public static let imageNet = Normalisation(
      mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
    /// Mean and deviation one half: maps 0…1 to −1…1.
    public static let half = Normalisation(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
  }

  /// How the extent changes.
  public var resize: Resize
  /// The filter of the resize.
  public var filter: ResamplingFilter
  /// The crop after the resize, if any.
  public var crop: CentreCrop?
  /// The factor that samples of 0…255 are multiplied with, if any; usually 1/255.
  public var rescaleFactor: Double?
  /// The normalisation after the rescaling, if any.
  public var normalisation: Normalisation?
  /// The ratio of crop to resized side where the configuration states it (timm's `crop_pct`), so that another input
  /// size scales as it says.
  package var cropFraction: Double?

  /// Makes a preprocessing from its steps.
  public init(
    resize: Resize, filter: ResamplingFilter = .bilinear, crop: CentreCrop? = nil,
    rescaleFactor: Double? = 1.0 / 255, normalisation: Normalisation? = .imageNet
  ) {
    self.resize = resize
    self.filter = filter
    self.crop = crop
    self.rescaleFactor = rescaleFactor
    self.normalisation = normalisation
  }

  /// The extent of every result, where it doesn't depend on the image.
  public var inputSize: (height: Int, width: Int)? {
    if let crop { return (crop.height, crop.width) }
    guard case .exact(let height, let width) = resize else { return nil }
    return (height, width)
  }
}

extension Preprocessing {
  /// The same steps for another input size, which need not be square.
  ///
  /// A crop keeps its share of the resized image: timm's `⌊size / crop_pct⌋`, or the ratio of a Hugging Face `size` to
  /// its `crop_size`. Without a crop, the image is resized to exactly the new size. Traps on sizes that aren't positive.
  public func withInputSize(height: Int, width: Int) -> Preprocessing {
    require(height > 0 && width > 0, "an input size is positive, not \(height)×\(width)")
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
      require(cropFraction.map { $0 > 0 } ?? true, "a crop keeps a share above 0 of an image")
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
  package static func covering(_ height: Int, _ width: Int) -> Self {
    height == width ? .shortestEdge(height) : .cover(height: height, width: width)
  }
}

/// Why images can't become the input of a model.
public enum PreprocessingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The images of one batch come out in different extents.
  case unequalExtents(first: String, other: String, index: Int)
  /// There is no image to make a tensor of.
  case noImages
  /// An image without pixels has nothing to resize.
  case emptyImage
  /// The resize would make more pixels than ``RGBImage/defaultPixelLimit``.
  case tooElongated(image: String, resized: String)
  /// Images would be resized or cropped to no pixels.
  case noExtent(String)

  /// What is wrong, with which image, and what to do.
  public var description: String {
    switch self {
    case .unequalExtents(let first, let other, let index):
      "image \(index) comes out as \(other) and the first as \(first). "
        + "Give the preprocessing an input size, so that all images of a batch have one extent."
    case .noImages:
      "a batch needs at least one image."
    case .emptyImage:
      "an image of no pixels can't be given to a model."
    case .tooElongated(let image, let resized):
      "an image of \(image) would be resized to \(resized), more than \(RGBImage.defaultPixelLimit) pixels. "
        + "Crop the image first."
    case .noExtent(let extent):
      "images would be resized or cropped to \(extent); both sides have to be at least 1."
    }
  }
}
