public import XAICore
public import XAITensor

/// A vision transformer of pre-norm blocks: ViT, DeiT, BEiT, DINOv2.
///
/// Sources: Dosovitskiy et al. 2021 (arXiv 2010.11929), Touvron et al. 2021 (arXiv 2012.12877), Bao et al. 2022 (arXiv
/// 2106.08254), Oquab et al. 2024 (arXiv 2304.07193), Darcet et al. 2024 (arXiv 2309.16588).
public struct VisionTransformer: Model {
  /// What the model is.
  public let descriptor: ModelDescriptor
  /// Its sizes and choices.
  public let configuration: VisionTransformerConfiguration
  let weights: VisionTransformerWeights
  let naming: CheckpointNaming
  let kernels: any Kernels
  /// The directory's configuration, for writing the model; nil where it was made of parts.
  let source: DirectorySource?
  let positionBiases = PositionBiasCache()

  /// What a vision transformer can do.
  public static let capabilities: Capabilities = [
    .attention, .attentionGradients, .activations, .activationGradients, .inputGradients, .propagationRules,
    .parameterGradients, .patchRemoval, .headRemoval, .layerReadouts,
  ]

  /// Puts a model together.
  ///
  /// - Parameters:
  ///   - descriptor: says what the model is; its sizes are those of `configuration`.
  ///   - configuration: validated sizes and choices.
  ///   - weights: read with the same configuration and naming, and found complete.
  ///   - naming: names the parameters in gradients.
  ///   - kernels: what the arithmetic runs on.
  public init(
    descriptor: ModelDescriptor, configuration: VisionTransformerConfiguration,
    weights: VisionTransformerWeights,
    naming: CheckpointNaming, kernels: any Kernels
  ) {
    self.init(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming,
      kernels: kernels,
      source: nil)
  }

  init(
    descriptor: ModelDescriptor, configuration: VisionTransformerConfiguration,
    weights: VisionTransformerWeights, naming: CheckpointNaming, kernels: any Kernels,
    source: DirectorySource?
  ) {
    self.descriptor = descriptor
    self.configuration = configuration
    self.weights = weights
    self.naming = naming
    self.kernels = kernels
    self.source = source
  }

  var embedding: PatchEmbedding {
    PatchEmbedding(
      configuration: configuration, patch: weights.patch, prefix: weights.prefix,
      positions: weights.positions,
      kernels: kernels)
  }

  var head: ReadoutHead {
    ReadoutHead(
      configuration: configuration, norm: weights.finalNorm, heads: weights.heads, kernels: kernels)
  }

  func block(_ layer: Int) -> EncoderBlock {
    EncoderBlock(
      weights: weights.blocks[layer], mlp: configuration.mlp, heads: configuration.headCount,
      epsilon: configuration.epsilon, kernels: kernels)
  }

  /// The tokens of an input; other sizes than the model's own get interpolated position embeddings.
  public func layout(height: Int, width: Int) throws -> TokenLayout {
    guard configuration.isMultipleOfPatch(height: height, width: width), height <= 16_384, width <= 16_384
    else {
      throw ModelError.unsupportedInput(
        model: descriptor.name,
        reason: "an input of \(height)×\(width) pixels can't be cut into patches of "
          + "\(configuration.patchHeight)×\(configuration.patchWidth); both sides must be multiples of the patch"
      )
    }
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
    var tapes: [EncoderBlock.Tape] = []
    let patches = embedding.unfold(input, layout.grid)
    var tokens = embedding.forward(patches, layout)
    for layer in weights.blocks.indices {
      let result = block(layer).forward(
        tokens, recording: recording, keepsAttention: recording.attention.contains(layer),
        keeping: selection(after: layer, layout, recording), bias: positionBias(ofLayer: layer, layout.grid)
      ) { place, activation in
        let point = ActivationPoint(layer: layer, place: place)
        if recording.activations.contains(point) { activations[point] = activation() }
      }
      tokens = result.output
      if recording.attention.contains(layer) { attention[layer] = result.attention }
      if let tape = result.tape { tapes.append(tape) }
    }
    let (logits, headTape) = head.forward(tokens, layout)
    return ForwardTrace(
      input: input, layout: layout, logits: logits, attention: attention, activations: activations,
      tape: recording.gradients
        ? VisionTransformerTape(
          patches: recording.parameters ? patches : nil, blocks: tapes, head: headTape) : nil)
  }
}

extension VisionTransformer {
  /// The tokens that are needed behind the attention of a layer; nil for all.
  func selection(after layer: Int, _ layout: TokenLayout, _ recording: Recording) -> TokenSelection? {
    guard layer == weights.blocks.count - 1, !configuration.readout.readsPatches else { return nil }
    let isRecorded = EncoderBlock.behindAttention.contains {
      recording.activations.contains(ActivationPoint(layer: layer, place: $0))
    }
    return isRecorded ? nil : TokenSelection(tokens: layout.readoutTokens, count: layout.tokenCount)
  }
}

/// What the reverse pass of a vision transformer needs of its forward pass.
struct VisionTransformerTape: EncoderTape {
  /// What the patch projection saw, where gradients of parameters will be asked for.
  let patches: Tensor?
  let blocks: [EncoderBlock.Tape]
  let head: ReadoutHead.Tape
}
