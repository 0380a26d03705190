import XAICore
public import XAIFoundation
public import XAIImage
public import XAITensor
public import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension VisionTransformer {
  /// Makes a model that has learnt nothing yet from a directory whose configuration has been read.
  ///
  /// - Parameters:
  ///   - directory: has a `config.json`, perhaps a `preprocessor_config.json`; its weights aren't looked at.
  ///   - architecture: the id of the plugin that makes it.
  ///   - configuration: its sizes and choices; the number of classes is that of `labels`.
  ///   - naming: what the weights will be called.
  ///   - preprocessing: what models of the family do where no file says it.
  ///   - labels: one per class.
  ///   - random: where the first weights come from.
  ///   - kernels: what the arithmetic runs on.
  /// - Throws: `VisionTransformerError` for contradicting sizes, `ModelError.notTrainable` for more parameters than the
  ///   machine can train, `PreprocessingError`.
  public init(
    untrained directory: ModelDirectory, architecture: String,
    configuration: VisionTransformerConfiguration,
    naming: CheckpointNaming, preprocessing defaults: Preprocessing, labels: [String],
    random: inout SeededRandom, on kernels: any Kernels
  ) throws {
    var configuration = configuration
    configuration.classifier = .linear
    configuration.classCount = labels.count
    try configuration.validate(file: directory.config.file)
    try Self.checkMemory(configuration, heads: naming.heads.count, model: directory.path)
    let initial = InitialWeights(configuration: configuration, naming: naming, random: &random)
    let weights = VisionTransformerWeights(configuration: configuration, naming: naming, from: initial.tensor)
    try self.init(
      of: directory, architecture: architecture, labels: labels, output: .softmax,
      configuration: configuration,
      weights: weights, naming: naming, preprocessing: defaults, on: kernels)
  }

  /// Throws where the parameters alone, their gradients and an optimiser's two moments would not fit the machine:
  /// sizes come from a file, and are allocated here without a weight file that bounds them.
  private static func checkMemory(
    _ configuration: VisionTransformerConfiguration, heads: Int, model: String
  ) throws(ModelError) {
    let bytes = 16 * Double(configuration.parameterCount(heads: heads))
    let limit = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes > limit else { return }
    func gigabytes(_ bytes: Double) -> String { String(Int((bytes / 1e9).rounded(.up))) + " GB" }
    throw .notTrainable(
      model: model,
      reason:
        "training \(configuration.parameterCount(heads: heads)) parameters takes \(gigabytes(bytes)) of memory "
        + "at least, and this machine has \(gigabytes(limit)); take a smaller width, depth or MLP")
  }
}

extension VisionTransformerConfiguration {
  /// Parameters of a model with this many classification heads; validated sizes can't overflow it.
  func parameterCount(heads: Int) -> Int {
    let sizes = blockSizes
    let biases = (0..<3).filter { qkvBias.hasBias(part: $0) }.count + 1
    let attention =
      4 * width * width + biases * width
      + sizes.transformParameters.joined().reduce(0) { $0 + $1.shape.count }
    let mlp =
      width * (sizes.expandedWidth + mlpWidth) + sizes.expandedWidth + width
      + (mlp.hasNorm ? 2 * mlpWidth : 0)
    let norm = 2 * width
    let scales = layerScale == nil ? 0 : 2 * width
    let table = biasTableShape.count
    let tables =
      (positionBias?.isPerLayer == true ? depth * table : 0) + (positionBias?.isShared == true ? table : 0)
    return width * (patch.valueCount + 1) + (hasEmbeddingNorm ? norm : 0) + (prefix.count + positionCount)
      * width + tables
      + depth * (attention + mlp + 2 * norm + scales) + norm + heads * classCount * (headInputs + 1)
  }
}
