import XAIFoundation
public import XAIImage
public import XAIWeights

extension Preprocessing {
  /// Reads the configuration of an image processor of `transformers`, as `preprocessor_config.json` has it.
  ///
  /// A key that is absent has the default of the processor's class: the one that `image_processor_type` names, or else that
  /// of the model's type.
  ///
  /// - Parameters:
  ///   - configuration: that of the processor.
  ///   - modelType: the `model_type` of the model, where it has one.
  ///   - fallback: what models of the family do, where no class is known.
  /// - Throws: `ConfigurationError` for a value of the wrong kind or range, and for what isn't computed here.
  public init(
    huggingFace configuration: Configuration, modelType: String?, fallback: Preprocessing
  ) throws(ConfigurationError) {
    let processor = try ImageProcessor(configuration, modelType: modelType, fallback: fallback)
    self = processor.defaults
    try Self.rejectUnsupportedSteps(configuration)
    if let code = try configuration.optionalInteger("resample") {
      guard let filter = ResamplingFilter(pilCode: code) else {
        throw configuration.unsupported(
          "resample", value: "\(code)", supported: "0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic")
      }
      self.filter = filter
    }
    let isSquare = try configuration.optionalBool("default_to_square") ?? processor.isSquareByDefault
    if let size = try Resize(configuration, "size", isSquare: isSquare) { resize = size }
    if try configuration.optionalBool("do_resize") == false { resize = .none }
    if try configuration.optionalBool("do_resize") == true, resize == .none {
      throw configuration.invalid("size", "is absent, and do_resize needs it")
    }
    try setCrop(configuration)
    try enlarge(processor.enlargement, configuration)
    try setScales(configuration)
  }

  /// Throws for steps that the processors know and that aren't computed here.
  private static func rejectUnsupportedSteps(_ configuration: Configuration) throws(ConfigurationError) {
    if try configuration.optionalBool("do_flip_channel_order") == true {
      throw configuration.unsupported(
        "do_flip_channel_order", value: "true", supported: "false, for models of RGB images")
    }
    if try configuration.optionalBool("do_pad") == true {
      throw configuration.unsupported("do_pad", value: "true", supported: "false, with size or crop_size")
    }
  }

  /// A crop that `do_center_crop` turns on or off; where it is absent, the class decides, whatever `crop_size` says.
  private mutating func setCrop(_ configuration: Configuration) throws(ConfigurationError) {
    let isAsked = try configuration.optionalBool("do_center_crop") ?? (crop != nil)
    if let size = try Resize(configuration, "crop_size", isSquare: true) {
      guard case .exact(let height, let width) = size else {
        throw configuration.unsupported(
          "crop_size", value: "a shortest edge", supported: "a number, or height and width")
      }
      crop = CentreCrop(height: height, width: width)
    }
    guard isAsked else {
      crop = nil
      return
    }
    guard crop != nil else {
      throw configuration.invalid("crop_size", "is absent, and do_center_crop needs it")
    }
  }

  /// Resizes to more than `size` where the class has `crop_pct`; other classes take no notice of it.
  private mutating func enlarge(
    _ enlargement: ImageProcessor.Enlargement, _ configuration: Configuration
  ) throws(ConfigurationError) {
    guard resize != .none else { return }
    func larger(_ side: Int, _ standard: Double) throws(ConfigurationError) -> Int {
      let fraction = try configuration.optionalDouble("crop_pct") ?? standard
      guard fraction > 0, fraction <= 1 else {
        throw configuration.invalid("crop_pct", "is \(fraction), not a share of the image")
      }
      return try checkedSide(Int(min(Double(side) / fraction, 1e9)), configuration, "crop_pct")
    }
    switch enlargement {
    case .none: return
    case .below384(let standard):
      guard case .shortestEdge(let side) = resize else {
        throw configuration.unsupported(
          "size", value: "of height and width", supported: "shortest_edge with this image processor")
      }
      guard crop == nil else {
        throw configuration.unsupported(
          "do_center_crop", value: "true",
          supported: "false with this image processor, which crops by crop_pct")
      }
      guard side < 384 else {
        resize = .exact(height: side, width: side)
        return
      }
      resize = .shortestEdge(try larger(side, standard))
      crop = CentreCrop(height: side, width: side)
    case .always(let standard):
      switch resize {
      case .shortestEdge(let side): resize = .shortestEdge(try larger(side, standard))
      case .exact(let height, let width) where height == width:
        resize = .shortestEdge(try larger(height, standard))
      case .exact(let height, let width):
        resize = .exact(height: try larger(height, standard), width: try larger(width, standard))
      case .cover, .none: break
      }
    }
  }

  private mutating func setScales(_ configuration: Configuration) throws(ConfigurationError) {
    if let factor = try configuration.optionalDouble("rescale_factor") {
      guard factor.isFinite, factor > 0 else {
        throw configuration.invalid("rescale_factor", "is \(factor), not a positive number")
      }
      rescaleFactor = factor
    }
    switch try configuration.optionalBool("do_rescale") {
    case true?: rescaleFactor = rescaleFactor ?? 1.0 / 255
    case false?: rescaleFactor = nil
    case nil: break
    }
    normalisation = try Normalisation(
      configuration, mean: "image_mean", standardDeviation: "image_std", defaults: normalisation)
    switch try configuration.optionalBool("do_normalize") {
    case true? where normalisation == nil:
      throw configuration.invalid("image_mean", "is absent, and do_normalize needs it")
    case false?: normalisation = nil
    default: break
    }
  }
}

extension Preprocessing.Resize {
  /// Reads a `size` or `crop_size`, nil where there is none: a number, a pair of height and width, or an object of named sides.
  ///
  /// - Parameter isSquare: whether a number stands for a square; otherwise it is the shorter side.
  fileprivate init?(
    _ configuration: Configuration, _ key: String, isSquare: Bool
  ) throws(ConfigurationError) {
    guard let value = configuration.optionalValue(key) else { return nil }
    func checked(_ side: Int) throws(ConfigurationError) -> Int {
      try checkedSide(side, configuration, key)
    }
    if let side = value.integer {
      let side = try checked(side)
      self = isSquare ? .exact(height: side, width: side) : .shortestEdge(side)
    } else if case .array = value {
      guard let sides = value.elements(\.integer), sides.count == 2 else {
        throw configuration.invalid(key, "is an array that isn't height and width")
      }
      self = .exact(height: try checked(sides[0]), width: try checked(sides[1]))
    } else if let sides = try configuration.section(key) {
      self = try Self.named(sides, in: configuration, key)
    } else {
      return nil
    }
  }

  private static func named(
    _ sides: Configuration, in configuration: Configuration, _ key: String
  ) throws(ConfigurationError) -> Self {
    guard case .object(let members) = sides.value else { return .none }
    // Newer files name every side that a size may have, most of them null.
    let names = members.filter { $0.value != .null }.keys.ordered(by: <)
    switch names {
    case ["height", "width"]:
      return .exact(
        height: try checkedSide(sides.integer("height"), configuration, key),
        width: try checkedSide(sides.integer("width"), configuration, key))
    case ["shortest_edge"]:
      return .shortestEdge(try checkedSide(sides.integer("shortest_edge"), configuration, key))
    default:
      throw configuration.unsupported(
        key, value: "of \(names.isEmpty ? "no side" : names.joined(separator: ", "))",
        supported: "height and width, or shortest_edge")
    }
  }
}

/// A side that a configuration states, within what an image within the pixel limit may have.
func checkedSide(_ side: Int, _ configuration: Configuration, _ key: String) throws(ConfigurationError) -> Int
{
  guard (1...8192).contains(side) else {
    throw configuration.invalid(key, "is \(side), outside 1 to 8192 pixels")
  }
  return side
}

extension Preprocessing.Normalisation {
  /// Reads the statistics of a configuration, a number for all channels or one for each; nil where neither it nor the
  /// defaults have any.
  init?(
    _ configuration: Configuration, mean meanKey: String, standardDeviation deviationKey: String,
    defaults: Preprocessing.Normalisation?
  ) throws(ConfigurationError) {
    func channels(_ key: String) throws(ConfigurationError) -> [Float]? {
      if let number = configuration.optionalValue(key)?.number {
        return Array(repeating: Float(number), count: 3)
      }
      return try configuration.optionalDoubles(key)?.map(Float.init)
    }
    let (mean, standardDeviation) = (try channels(meanKey), try channels(deviationKey))
    guard mean != nil || standardDeviation != nil || defaults != nil else { return nil }
    guard let means = mean ?? defaults?.mean else {
      throw configuration.invalid(meanKey, "is absent, and \(deviationKey) is given")
    }
    guard let deviations = standardDeviation ?? defaults?.standardDeviation else {
      throw configuration.invalid(deviationKey, "is absent, and \(meanKey) is given")
    }
    guard means.count == 3, means.allSatisfy(\.isFinite) else {
      throw configuration.invalid(meanKey, "is \(means), not three numbers")
    }
    guard deviations.count == 3, deviations.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw configuration.invalid(deviationKey, "is \(deviations), not three positive numbers")
    }
    self.init(mean: means, standardDeviation: deviations)
  }
}
