public import XAIImage
public import XAIWeights

extension Preprocessing {
  /// Reads `open_clip_config.json`: the size of the image tower, and `preprocess_cfg`, whose absent keys have the defaults of
  /// OpenCLIP: bicubic, the shorter side to the size and its middle, CLIP's mean and deviation.
  public init(openCLIP file: Configuration) throws(ConfigurationError) {
    let size = try file.optionalIntegerPair("model_cfg.vision_cfg.image_size", in: 1...16_384) ?? (224, 224)
    let steps = try file.section("preprocess_cfg") ?? Configuration(.object([:]), file: file.file)
    let name = try steps.optionalString("interpolation") ?? "bicubic"
    guard let filter = ["bicubic": ResamplingFilter.bicubic, "bilinear": .bilinear][name] else {
      throw steps.unsupported("interpolation", value: "'\(name)'", supported: "'bicubic', 'bilinear'")
    }
    let resize: Resize
    switch try steps.optionalString("resize_mode") ?? "shortest" {
    case "shortest": resize = .covering(size.height, size.width)
    case "squash": resize = .exact(height: size.height, width: size.width)
    case let mode:
      throw steps.unsupported("resize_mode", value: "'\(mode)'", supported: "'shortest', 'squash'")
    }
    self.init(
      resize: resize, filter: filter,
      crop: CentreCrop(height: size.height, width: size.width, rounding: .halfToEven),
      normalisation: try Normalisation(steps, mean: "mean", standardDeviation: "std", defaults: .clip))
  }
}
