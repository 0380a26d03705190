public import XAICore
public import XAIFoundation
public import XAIImage
public import XAITensor
public import XAIWeights

/// A family of vision transformers, which says what its configurations mean and what its checkpoints call things.
///
/// Loading and making its models is the same for all.
public protocol VisionTransformerArchitecture: ModelArchitecture {
  /// The configuration and names of a directory of Hugging Face's format.
  static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming)

  /// The configuration and names of a directory of timm's format, some of which only the weights tell.
  static func timm(
    _ config: Configuration, _ weights: WeightStore
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming)

  /// What Hugging Face models of the family do to an image where no file says it.
  static var preprocessing: Preprocessing { get }

  /// Names of tensors that may be left over in the weights; `*` stands for anything.
  static var ignoredTensors: [String] { get }

  /// Whether `transformers` runs models of the family at any size without being asked to, so that the size of the
  /// preprocessing counts and not that of the position embeddings.
  static var takesAnySize: Bool { get }
}

extension VisionTransformerArchitecture {
  /// No: other sizes have to be asked for.
  public static var takesAnySize: Bool { false }

  /// timm's configuration and names of a plain vision transformer.
  public static func timm(
    _ config: Configuration, _ weights: WeightStore
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let configuration = try VisionTransformerConfiguration(timm: config, weights: weights)
    return (configuration, .timm(for: configuration, weights))
  }

  /// Loads a Hugging Face or timm model of the family.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try request.checkOptions(family: descriptor.id)
    let weights = try directory.weights()
    let isTimm = directory.format == .timm
    let (configuration, naming) = try isTimm ? timm(directory.config, weights) : huggingFace(directory)
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: naming, ignoring: ignoredTensors, preprocessing: preprocessing,
      takesAnySize: takesAnySize && !isTimm, request)
  }

  /// Makes an untrained model of a Hugging Face configuration; timm's, which doesn't state the sizes, is refused.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkStatesSizes(example: "\"model_type\": \"\(descriptor.id)\"")
    let (configuration, naming) = try huggingFace(directory)
    return try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: configuration, naming: naming,
      preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }
}
