#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Preprocessing {
  /// Reads the `pretrained_cfg` of a timm model: that object itself, or a `config.json` that holds it.
  ///
  /// Absent keys have the defaults of timm: 224×224, bicubic, `crop_pct` 0.875, mode `center`, ImageNet statistics.
  public init(timmJSON data: Data) throws(PreprocessingError) {
    let file: TimmFile = try decodeConfiguration(from: data)
    let configuration: TimmConfiguration
    if let nested = file.configuration {
      configuration = nested
    } else {
      configuration = try decodeConfiguration(from: data)
    }
    try self.init(configuration)
  }

  private init(_ configuration: TimmConfiguration) throws(PreprocessingError) {
    let size = configuration.inputSize ?? [3, 224, 224]
    guard size.count == 3, size[0] == 3 else {
      throw .invalidValue(key: "input_size", reason: "\(size) is not 3 channels, height and width")
    }
    let (height, width) = (
      try checkedSide(size[1], key: "input_size"), try checkedSide(size[2], key: "input_size")
    )
    let name = configuration.interpolation ?? "bicubic"
    guard let filter = ResamplingFilter(rawValue: name) else {
      throw .unsupported(
        key: "interpolation", value: "\"\(name)\"", alternatives: "nearest, bilinear, bicubic or lanczos")
    }
    let fraction = configuration.cropFraction ?? 0.875
    guard fraction.isFinite, fraction > 0.01, fraction <= 100 else {
      throw .invalidValue(key: "crop_pct", reason: "\(fraction) is not a share of the picture")
    }
    let resized = (height: Int(Double(height) / fraction), width: Int(Double(width) / fraction))
    guard resized.height > 0, resized.width > 0 else {
      throw .invalidValue(key: "crop_pct", reason: "\(fraction) leaves no pixel of \(height)×\(width)")
    }
    let resize: Resize
    switch configuration.cropMode ?? "center" {
    case "center": resize = .covering(resized.height, resized.width)
    case "squash": resize = .exact(height: resized.height, width: resized.width)
    case let mode:
      throw .unsupported(key: "crop_mode", value: "\"\(mode)\"", alternatives: "center or squash")
    }
    self.init(
      resize: resize, filter: filter, crop: CentreCrop(height: height, width: width, rounding: .halfToEven),
      rescaleFactor: 1.0 / 255,
      normalisation: try Normalisation(
        mean: configuration.mean, meanKey: "mean", deviation: configuration.deviation, deviationKey: "std",
        defaults: .imageNet))
    cropFraction = fraction
  }
}

/// A `config.json` of timm on the Hugging Face Hub.
private struct TimmFile: Decodable {
  var configuration: TimmConfiguration?

  enum CodingKeys: String, CodingKey {
    case configuration = "pretrained_cfg"
  }
}

/// The keys of a `pretrained_cfg` that have to do with images; absent keys are nil.
private struct TimmConfiguration: Decodable {
  var inputSize: [Int]?
  var interpolation: String?
  var cropFraction: Double?
  var cropMode: String?
  var mean: [Double]?
  var deviation: [Double]?

  enum CodingKeys: String, CodingKey {
    case inputSize = "input_size"
    case interpolation
    case cropFraction = "crop_pct"
    case cropMode = "crop_mode"
    case mean
    case deviation = "std"
  }
}
