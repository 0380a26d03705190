public import XAICore
import XAIImage
public import XAITensor
import XAITransformer

/// A transformer of stages, such as Swin: patches attend in windows, and between the stages neighbours become one token.
///
/// Sources: Liu et al. 2021, "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows" (arXiv 2103.14030); Liu
/// et al. 2022, "Swin Transformer V2: Scaling Up Capacity and Resolution" (arXiv 2111.09883).
public struct HierarchicalTransformer: DifferentiableModel {
  public let descriptor: ModelDescriptor
  /// Its sizes and choices.
  public let configuration: HierarchicalConfiguration
  let weights: HierarchicalWeights
  let naming: HierarchicalNaming
  let kernels: any Kernels
  /// The directory's configuration, for writing the model; nil where it was made of parts.
  let source: DirectorySource?
  let scoreBiases = PositionBiasCache()
  let stageOfLayer: [Int]

  /// What a transformer of stages with a classifier can do.
  public static let capabilities: Capabilities = [
    .attention, .attentionGradients, .activations, .activationGradients, .inputGradients, .propagationRules,
    .parameterGradients, .patchRemoval, .headRemoval, .layerReadouts, .tokenMasking,
  ]

  /// What one without a classifier can do: what looks forward, and isn't about a class.
  private static let backboneCapabilities: Capabilities = [.attention, .activations]

  /// What a transformer of stages of a configuration can do.
  static func capabilities(of configuration: HierarchicalConfiguration) -> Capabilities {
    configuration.classCount > 0 ? capabilities : backboneCapabilities
  }

  /// Throws for a backbone, which can't say anything of a class.
  func checkHasClasses() throws(ModelError) {
    guard configuration.classCount == 0 else { return }
    throw .notGiven(Self.capabilities.subtracting(Self.backboneCapabilities), model: descriptor.name)
  }

  /// Puts a model together.
  ///
  /// - Parameters:
  ///   - descriptor: says what the model is; its sizes are those of `configuration`.
  ///   - configuration: validated sizes and choices.
  ///   - weights: read with the same configuration and naming, and found complete.
  ///   - naming: names the parameters in gradients.
  ///   - kernels: what the arithmetic runs on.
  public init(
    descriptor: ModelDescriptor, configuration: HierarchicalConfiguration, weights: HierarchicalWeights,
    naming: HierarchicalNaming, kernels: any Kernels
  ) {
    self.init(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming,
      kernels: kernels,
      source: nil)
  }

  init(
    descriptor: ModelDescriptor, configuration: HierarchicalConfiguration, weights: HierarchicalWeights,
    naming: HierarchicalNaming, kernels: any Kernels, source: DirectorySource?
  ) {
    self.descriptor = descriptor
    self.configuration = configuration
    self.weights = weights
    self.naming = naming
    self.kernels = kernels
    self.source = source
    self.stageOfLayer = configuration.layers.map(\.stage)
  }

  var embedding: PatchEmbedding {
    PatchEmbedding(
      size: configuration.patch, patch: weights.patch, prefix: Tensor([0, weights.patch.outputs], []),
      positions: nil, kernels: kernels)
  }

  var head: ReadoutHead {
    ReadoutHead(
      finalNorm: .onTokens, epsilon: configuration.epsilon, norm: weights.finalNorm,
      heads: [weights.head].compactMap { $0 }, kernels: kernels)
  }

  /// The tokens that are read: all of the last layer.
  func reads(_ layout: TokenLayout) -> ReadTokens {
    ReadTokens(meanOf: layout.tokenCount(ofLayer: configuration.layerCount - 1))
  }

  /// Where norms stand, in blocks and between stages.
  private var order: VisionTransformerConfiguration.NormOrder {
    configuration.version == .first ? .preNorm : .resPostNorm
  }

  /// The layer norm behind the patch projection.
  var patchNorm: LayerNorm {
    LayerNorm(norm: weights.patchNorm, epsilon: HierarchicalConfiguration.betweenEpsilon, kernels: kernels)
  }

  /// The sizes of a layer.
  func stage(ofLayer layer: Int) -> HierarchicalConfiguration.Stage {
    configuration.stages[stageOfLayer[layer]]
  }

  func block(_ layer: Int) -> EncoderBlock {
    EncoderBlock(
      weights: weights.blocks[layer], heads: stage(ofLayer: layer).headCount, epsilon: configuration.epsilon,
      order: order, transforms: configuration.attentionTransforms, kernels: kernels)
  }

  /// What merges the tokens before a layer that is the first of its stage, and not of the first stage.
  func merging(before layer: Int) -> PatchMerging {
    PatchMerging(
      weights: weights.merges[stageOfLayer[layer] - 1], epsilon: HierarchicalConfiguration.betweenEpsilon,
      order: order, kernels: kernels)
  }

  /// The tokens of an input.
  public func layout(height: Int, width: Int) throws -> TokenLayout {
    if let reason = configuration.reasonAgainst(height: height, width: width) {
      throw ModelError.unsupportedInput(model: descriptor.name, reason: reason)
    }
    guard (height, width) != descriptor.preprocessing.inputSize ?? (0, 0) else { return descriptor.layout }
    return configuration.layout(height: height, width: width)
  }

  /// Runs the model on [B, 3, H, W].
  public func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    try checkIsBatch(input)
    let layout = try layout(height: input.shape[2], width: input.shape[3])
    try descriptor.check(recording: recording.activations, gradients: [], for: "the recording")
    try checkMemory(batch: input.shape[0], layout, recording)
    var attention: [Int: Tensor] = [:]
    var activations: [ActivationPoint: Tensor] = [:]
    var blocks: [EncoderBlock.Tape] = []
    var merges: [PatchMerging.Tape] = []
    let (embedded, embeddingTape) = embed(input, layout)
    var tokens = embedded
    for layer in weights.blocks.indices {
      try Task.checkCancellation()
      if let merge = layout.layers[layer].merge {
        let merged = merging(before: layer).forward(tokens, merge)
        tokens = merged.output
        if recording.gradients { merges.append(merged) }
      }
      let result = block(layer).forward(
        tokens, recording: recording, keepsAttention: recording.attention.contains(layer),
        windows: layout.windows(ofLayer: layer),
        places: TokenPlaces(prefixCount: 0, grid: layout.windowShape(ofLayer: layer)),
        bias: scoreBias(ofLayer: layer, layout)
      ) { place, activation in
        let point = ActivationPoint(layer: layer, place: place)
        if recording.activations.contains(point) { activations[point] = activation() }
      }
      tokens = result.output
      if recording.attention.contains(layer) { attention[layer] = result.attention }
      if let tape = result.tape { blocks.append(tape) }
    }
    let (logits, headTape) = head.forward(tokens, reads(layout))
    return ForwardTrace(
      input: input, layout: layout, logits: logits, attention: attention, activations: activations,
      tape: recording.gradients
        ? HierarchicalTape(embedding: embeddingTape, blocks: blocks, merges: merges, head: headTape) : nil)
  }

  /// The tokens of the first layer: patches, normalised, with position embeddings where there are some.
  func embed(_ input: Tensor, _ layout: TokenLayout) -> (tokens: Tensor, norm: LayerNorm.Tape) {
    let (normed, tape) = patchNorm.forward(
      embedding.forward(embedding.unfold(input, layout.grid), layout.grid))
    guard let positions = weights.positions else { return (normed, tape) }
    return (Tensor.map([normed, positions], to: normed.shape, .operand(0) + .operand(1)), tape)
  }
}

/// What the backward pass of a transformer of stages needs of its forward pass.
struct HierarchicalTape: EncoderTape {
  /// Of the layer norm behind the patch projection.
  let embedding: LayerNorm.Tape
  let blocks: [EncoderBlock.Tape]
  /// Of each stage but the first.
  let merges: [PatchMerging.Tape]
  let head: ReadoutHead.Tape
}
