public import XAICore
public import XAITensor

/// A vision transformer: ViT, DeiT, BEiT, DINOv2, and whatever `VisionTransformerConfiguration` can describe.
///
/// Sources: Dosovitskiy et al. 2021 (arXiv 2010.11929), Touvron et al. 2021 (arXiv 2012.12877), Bao et al. 2022 (arXiv
/// 2106.08254), Oquab et al. 2024 (arXiv 2304.07193), Darcet et al. 2024 (arXiv 2309.16588).
public struct VisionTransformer: LayerReadableModel, IntervenableModel {
  public let descriptor: ModelDescriptor
  /// Its sizes and choices.
  public let configuration: VisionTransformerConfiguration
  let weights: VisionTransformerWeights
  let naming: CheckpointNaming
  let kernels: any Kernels
  /// The directory's configuration, for writing the model; nil where it was made of parts.
  let source: DirectorySource?
  let positionBiases = PositionBiasCache()

  /// What a vision transformer with a classifier can do.
  public static let capabilities: Capabilities = [
    .attention, .attentionGradients, .activations, .activationGradients, .inputGradients, .propagationRules,
    .parameterGradients, .patchRemoval, .headRemoval, .layerReadouts, .tokenMasking,
  ]

  /// What one without a classifier can do: what looks forward, and isn't about a class.
  static let backboneCapabilities: Capabilities = [.attention, .activations]

  /// What a vision transformer of a configuration can do.
  public static func capabilities(of configuration: VisionTransformerConfiguration) -> Capabilities {
    configuration.classifier == .none ? backboneCapabilities : capabilities
  }

  /// Throws for a backbone, which can't say anything of a class.
  func checkHasClasses() throws(ModelError) {
    guard configuration.classifier == .none else { return }
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
      size: configuration.patch, patch: weights.patch, prefix: weights.prefix,
      positions: weights.positions.map {
        PatchEmbedding.Positions(
          values: $0, prefixCount: configuration.positionedPrefixCount, grid: configuration.layout.grid,
          interpolation: configuration.positionInterpolation)
      }, kernels: kernels)
  }

  /// What the tokens go through before the first block; nil where they go through nothing.
  var embeddingNorm: LayerNorm? {
    weights.embeddingNorm.map { LayerNorm(norm: $0, epsilon: configuration.epsilon, kernels: kernels) }
  }

  /// What is added to the scores by the relative position of query and key; nil for nothing.
  var relativeBias: RelativePositionBias? {
    configuration.positionBias.flatMap { settings in
      let block = weights.blocks[0]
      guard
        weights.positionBias != nil || block.positionBias != nil || weights.positionMLP != nil
          || block.positionMLP != nil
      else { return nil }
      return RelativePositionBias(
        settings: settings, shared: weights.positionBias, own: weights.blocks.map(\.positionBias),
        sharedMLP: weights.positionMLP, ownMLPs: weights.blocks.map(\.positionMLP),
        grid: configuration.layout.grid, hasClassToken: configuration.prefix.contains(.classToken),
        cache: positionBiases, kernels: kernels)
    }
  }

  var head: ReadoutHead {
    // Where tokens are pooled, the last norm is part of the pooling.
    ReadoutHead(
      finalNorm: weights.pooling == nil ? configuration.finalNorm : .unused, epsilon: configuration.epsilon,
      norm: weights.finalNorm, heads: weights.heads, kernels: kernels)
  }

  /// What pools the tokens behind the last block; nil where nothing does.
  var pooling: PoolingBlock? {
    guard let own = weights.pooling, let settings = configuration.pooling else { return nil }
    return PoolingBlock(
      own, settings, prefixCount: configuration.prefix.count, epsilon: configuration.epsilon, kernels: kernels
    )
  }

  /// The tokens that the head reads: the pooled one alone, or those of the layout.
  func reads(_ layout: TokenLayout, patchCount: Int? = nil) -> ReadTokens {
    configuration.pooling == nil ? ReadTokens(layout, patchCount: patchCount) : ReadTokens(meanOf: 1)
  }

  /// Where the tokens of the blocks come from, among which there is no probe.
  func places(_ layout: TokenLayout, kept: [[Int]]? = nil) -> TokenPlaces {
    TokenPlaces(prefixCount: configuration.prefix.count, grid: layout.grid, kept: kept)
  }

  func block(_ layer: Int) -> EncoderBlock {
    EncoderBlock(
      weights: weights.blocks[layer], heads: configuration.headCount, epsilon: configuration.epsilon,
      order: configuration.normOrder, mlp: configuration.mlp, transforms: configuration.attentionTransforms,
      kernels: kernels)
  }

  /// The tokens of an input; other sizes than the model's own get interpolated position embeddings.
  ///
  /// Of the model's own size, what is left over to the right and below is in no patch, as in a convolution.
  public func layout(height: Int, width: Int) throws -> TokenLayout {
    let isOwn = (height, width) == (configuration.imageHeight, configuration.imageWidth)
    guard isOwn || configuration.patch.divides(height: height, width: width), height <= 16_384,
      width <= 16_384
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
    let embedded = embed(input, layout)
    let (reads, places) = (reads(layout), places(layout))
    var tokens = embedded.tokens
    for layer in weights.blocks.indices {
      try Task.checkCancellation()
      let result = block(layer).forward(
        tokens, recording: recording, keepsAttention: recording.attention.contains(layer),
        keeping: selection(after: layer, reads, recording), places: places,
        bias: relativeBias?.scores(ofLayer: layer, at: places)
      ) { place, activation in
        let point = ActivationPoint(layer: layer, place: place)
        if recording.activations.contains(point) { activations[point] = withProbe(activation()) }
      }
      tokens = result.output
      if recording.attention.contains(layer) {
        attention[layer] = result.attention.map { withProbe($0, diagonal: 1) }
      }
      if let tape = result.tape { tapes.append(tape) }
    }
    let normed = ActivationPoint(layer: weights.blocks.count - 1, place: .finalNorm)
    if recording.activations.contains(normed), let norm = weights.finalNorm {
      let norm = LayerNorm(norm: norm, epsilon: configuration.epsilon, kernels: kernels)
      activations[normed] = norm.forward(tokens).output
    }
    let last = weights.blocks.count
    let pooled = pooling?.forward(
      tokens, recording: recording, keepsAttention: recording.attention.contains(last)
    ) { place, activation in
      let point = ActivationPoint(layer: last, place: place)
      if recording.activations.contains(point) { activations[point] = activation() }
    }
    if recording.attention.contains(last) { attention[last] = pooled?.attention }
    let (logits, headTape) = head.forward(pooled?.output ?? tokens, reads)
    return ForwardTrace(
      input: input, layout: layout, logits: logits, attention: attention, activations: activations,
      tape: recording.gradients
        ? VisionTransformerTape(
          patches: recording.parameters ? embedded.patches : nil, embeddingNorm: embedded.norm, blocks: tapes,
          pooling: pooled?.tape, head: headTape) : nil)
  }

  /// What a block has of its tokens, as the layout counts them: zeros stand for a probe, which has no part in a block.
  func withProbe(_ x: Tensor) -> Tensor { configuration.pooling == nil ? x : x.adding(first: nil) }

  /// What a block has of pairs of its tokens, as the layout counts them.
  ///
  /// - Parameter diagonal: what a probe has with itself; nothing with others.
  func withProbe(_ pairs: Tensor, diagonal: Float) -> Tensor {
    configuration.pooling == nil ? pairs : pairs.addingPair(diagonal: diagonal)
  }

  /// The tokens of the first block, [B, N, D], with what they were made from.
  func embed(
    _ input: Tensor, _ layout: TokenLayout
  ) -> (tokens: Tensor, patches: Tensor, norm: LayerNorm.Tape?) {
    let patches = embedding.unfold(input, layout.grid)
    let tokens = embedding.forward(patches, layout.grid)
    guard let norm = embeddingNorm?.forward(tokens) else { return (tokens, patches, nil) }
    return (norm.output, patches, norm.tape)
  }
}

extension VisionTransformer {
  /// The tokens that are needed behind the attention of a layer; nil for all.
  func selection(after layer: Int, _ reads: ReadTokens, _ recording: Recording) -> TokenSelection? {
    guard layer == weights.blocks.count - 1, weights.pooling == nil, !reads.readout.readsPatches else {
      return nil
    }
    var places = EncoderBlock.behindAttention
    places.append(.finalNorm)
    if configuration.normOrder == .resPostNorm { places.append(.firstNorm) }
    let isRecorded = places.contains {
      recording.activations.contains(ActivationPoint(layer: layer, place: $0))
    }
    return isRecorded ? nil : TokenSelection(tokens: reads.places, count: reads.count)
  }
}

/// What the backward pass of a vision transformer needs of its forward pass.
struct VisionTransformerTape: EncoderTape {
  /// What the patch projection saw, where gradients of parameters will be asked for.
  let patches: Tensor?
  let embeddingNorm: LayerNorm.Tape?
  let blocks: [EncoderBlock.Tape]
  /// Where there is an attention pooling.
  let pooling: PoolingBlock.Tape?
  let head: ReadoutHead.Tape
}

extension VisionTransformer {
  /// Throws where a forward pass would need more memory than the machine has, before it is killed for it.
  ///
  /// Attention grows with the square of the tokens: an input that is four times as wide and high needs 256 times as
  /// much.
  func checkMemory(batch: Int, _ layout: TokenLayout, _ recording: Recording) throws(ModelError) {
    try checkMemory(
      bytesPerInput: bytesPerImage(tokens: Double(layout.tokenCount), recording), batch: batch, layout)
  }

  /// Float32 values of one image that are in memory at once.
  private func bytesPerImage(tokens: Double, _ recording: Recording) -> Double {
    let (width, mlpWidth) = (Double(configuration.width), Double(configuration.blockSizes.expandedWidth))
    let attention = Double(configuration.headCount) * tokens * tokens
    // Queries and keys are there a second time where something is done to them.
    let copies: Double = configuration.attentionTransforms.isEmpty ? 0 : 2
    let activations = tokens * (((recording.parameters ? 9 : 6) + copies) * width + mlpWidth)
    let layers = 0..<configuration.layerCount
    let keptAttention =
      layers.filter { recording.gradients || recording.attention.contains($0) }.count
      + recording.activations.count { $0.place == .scores }
    let keptActivations = recording.gradients ? configuration.depth : 0
    // Biases of scores are made once for all images, so the first pays for them.
    let biases = configuration.positionBias.map { $0.isPerLayer ? Double(configuration.depth) : 1 } ?? 0
    return 4
      * (attention * (Double(keptAttention + 2) + biases) + activations * Double(keptActivations + 1))
  }
}
