public import XAIImage
public import XAIWeights

extension Preprocessing {
  /// Reads the `pretrained_cfg` of a timm model: below that key of its `config.json`, or that file itself in older ones.
  ///
  /// Absent keys have the defaults of timm: 224×224, bicubic, `crop_pct` 0.875, mode `center`, ImageNet statistics.
  public init(timm file: Configuration) throws(ConfigurationError) {
    let configuration = try file.section("pretrained_cfg") ?? file
    let size = try configuration.optionalIntegers("input_size") ?? [3, 224, 224]
    guard size.count == 3, size[0] == 3 else {
      throw configuration.invalid("input_size", "is \(size), not 3 channels, height and width")
    }
    let (height, width) = (
      try checkedSide(size[1], configuration, "input_size"),
      try checkedSide(size[2], configuration, "input_size")
    )
    let name = try configuration.optionalString("interpolation") ?? "bicubic"
    guard let filter = ResamplingFilter(rawValue: name) else {
      throw configuration.unsupported(
        "interpolation", value: "'\(name)'",
        supported: ResamplingFilter.allCases.map { "'\($0)'" }.joined(separator: ", "))
    }
    let fraction = try configuration.optionalDouble("crop_pct") ?? 0.875
    guard fraction.isFinite, fraction > 0.01, fraction <= 100 else {
      throw configuration.invalid("crop_pct", "is \(fraction), not a share of the image")
    }
    let resized = (height: Int(Double(height) / fraction), width: Int(Double(width) / fraction))
    guard resized.height > 0, resized.width > 0 else {
      throw configuration.invalid("crop_pct", "is \(fraction), which leaves no pixel of \(height)×\(width)")
    }
    let resize: Resize
    switch try configuration.optionalString("crop_mode") ?? "center" {
    case "center": resize = .covering(resized.height, resized.width)
    case "squash": resize = .exact(height: resized.height, width: resized.width)
    case let mode:
      throw configuration.unsupported("crop_mode", value: "'\(mode)'", supported: "'center', 'squash'")
    }
    self.init(
      resize: resize, filter: filter, crop: CentreCrop(height: height, width: width, rounding: .halfToEven),
      rescaleFactor: 1.0 / 255,
      normalisation: try Normalisation(
        configuration, mean: "mean", standardDeviation: "std", defaults: .imageNet))
    cropFraction = fraction
  }

  /// The keys that timm's `config.json` leaves out and that decide what an image becomes, and so have timm's defaults.
  package static func unstatedKeys(timm file: Configuration) throws(ConfigurationError) -> [String] {
    let configuration = try file.section("pretrained_cfg") ?? file
    return ["interpolation", "crop_pct", "mean", "std"].filter { configuration.optionalValue($0) == nil }
  }
}
