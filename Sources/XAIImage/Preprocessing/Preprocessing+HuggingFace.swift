#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Preprocessing {
  /// Reads the `preprocessor_config.json` of a Hugging Face model.
  ///
  /// - Parameters:
  ///   - data: The content of the file.
  ///   - defaults: What applies where a key is absent; the defaults of the architecture.
  public init(huggingFaceJSON data: Data, defaults: Preprocessing) throws(PreprocessingError) {
    let configuration = try HuggingFaceConfiguration(json: data)
    self = defaults
    try configuration.rejectUnsupportedSteps()
    if let code = configuration.resample {
      guard let filter = ResamplingFilter(pilCode: code) else {
        throw .unsupported(
          key: "resample", value: "\(code)", alternatives: "0 nearest, 1 Lanczos, 2 bilinear or 3 bicubic")
      }
      self.filter = filter
    }
    if let size = configuration.size {
      resize = try size.resize(key: "size", isShortestEdge: configuration.plainSizeIsShortestEdge)
    }
    if configuration.doResize == false { resize = .none }
    if configuration.doResize == true, resize == .none {
      throw .invalidValue(key: "size", reason: "do_resize needs it and it is absent")
    }
    if let size = configuration.cropSize {
      guard case .exact(let height, let width) = try size.resize(key: "crop_size", isShortestEdge: false)
      else {
        throw .unsupported(
          key: "crop_size", value: "a shortest edge", alternatives: "a number, or height and width")
      }
      crop = CentreCrop(height: height, width: width)
    }
    switch (configuration.doCentreCrop, crop) {
    case (true?, nil):
      throw .invalidValue(key: "crop_size", reason: "do_center_crop needs it and it is absent")
    // A crop_size that no do_center_crop turns on follows the defaults.
    case (nil, .some) where defaults.crop == nil: crop = nil
    case (false?, _): crop = nil
    default: break
    }
    try setScales(configuration)
  }

  private mutating func setScales(_ configuration: HuggingFaceConfiguration) throws(PreprocessingError) {
    if let factor = configuration.rescaleFactor {
      guard factor.isFinite, factor > 0 else {
        throw .invalidValue(key: "rescale_factor", reason: "\(factor) is not a positive number")
      }
      rescaleFactor = factor
    } else if configuration.doRescale == true, rescaleFactor == nil {
      rescaleFactor = 1.0 / 255
    }
    if configuration.doRescale == false { rescaleFactor = nil }
    let known = normalisation
    normalisation = try Normalisation(
      mean: configuration.mean, meanKey: "image_mean", deviation: configuration.deviation,
      deviationKey: "image_std", defaults: known)
    if configuration.doNormalise == false { normalisation = nil }
    if configuration.doNormalise == true, normalisation == nil {
      throw .invalidValue(key: "image_mean", reason: "do_normalize needs it and it is absent")
    }
  }
}

extension Preprocessing.Normalisation {
  /// Checks the statistics of a configuration; nil where neither the file nor the defaults give any.
  init?(
    mean: [Double]?, meanKey: String, deviation: [Double]?, deviationKey: String,
    defaults: Preprocessing.Normalisation?
  ) throws(PreprocessingError) {
    guard mean != nil || deviation != nil || defaults != nil else { return nil }
    guard let means = mean?.map(Float.init) ?? defaults?.mean else {
      throw .invalidValue(key: meanKey, reason: "\(deviationKey) is given without it")
    }
    guard let deviations = deviation?.map(Float.init) ?? defaults?.deviation else {
      throw .invalidValue(key: deviationKey, reason: "\(meanKey) is given without it")
    }
    guard means.count == 3, means.allSatisfy(\.isFinite) else {
      throw .invalidValue(key: meanKey, reason: "\(means) is not three numbers")
    }
    guard deviations.count == 3, deviations.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw .invalidValue(key: deviationKey, reason: "\(deviations) is not three positive numbers")
    }
    self.init(mean: means, deviation: deviations)
  }
}
