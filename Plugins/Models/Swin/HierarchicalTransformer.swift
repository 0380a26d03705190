public import XAICore
import XAIImage
public import XAITensor
import XAITransformer

/// A transformer of stages, such as Swin: patches attend in windows, and between the stages neighbours become one token.
///
/// Source: Liu et al. 2021, "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows" (arXiv 2103.14030).
public struct HierarchicalTransformer: DifferentiableModel, ParameterListing {
  public let descriptor: ModelDescriptor
  /// Its sizes and choices.
  public let configuration: HierarchicalConfiguration
  let weights: HierarchicalWeights
  let kernels: any Kernels
  let scoreBiases = PositionBiasCache()
  private let stageOfLayer: [Int]

  /// Every parameter by its name in the checkpoint.
  public var namedTensors: [(name: String, tensor: Tensor)] { weights.named }

  /// What a transformer of stages can do.
  public static let capabilities: Capabilities = [
    .attention, .attentionGradients, .activations, .activationGradients, .inputGradients,
  ]

  /// Puts a model together.
  ///
  /// - Parameters:
  ///   - descriptor: says what the model is; its sizes are those of `configuration`.
  ///   - configuration: validated sizes and choices.
  ///   - weights: read with the same configuration, and found complete.
  ///   - kernels: what the arithmetic runs on.
  public init(
    descriptor: ModelDescriptor, configuration: HierarchicalConfiguration, weights: HierarchicalWeights,
    kernels: any Kernels
  ) {
    self.descriptor = descriptor
    self.configuration = configuration
    self.weights = weights
    self.kernels = kernels
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
      heads: [weights.head], kernels: kernels)
  }

  /// The tokens that are read: all of the last layer.
  func reads(_ layout: TokenLayout) -> ReadTokens {
    ReadTokens(meanOf: layout.tokenCount(ofLayer: configuration.layerCount - 1))
  }

  func block(_ layer: Int) -> EncoderBlock {
    EncoderBlock(
      weights: weights.blocks[layer], heads: configuration.stages[stageOfLayer[layer]].headCount,
      epsilon: configuration.epsilon, kernels: kernels)
  }

  /// What merges the tokens before a layer that is the first of its stage, and not of the first stage.
  func merging(before layer: Int) -> PatchMerging {
    PatchMerging(
      weights: weights.merges[stageOfLayer[layer] - 1], epsilon: HierarchicalConfiguration.betweenEpsilon,
      kernels: kernels)
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
        if recording.gradients { merges.append(merged.tape) }
      }
      let result = block(layer).forward(
        tokens, recording: recording, keepsAttention: recording.attention.contains(layer),
        windows: layout.windows(ofLayer: layer), bias: scoreBias(ofLayer: layer, layout)
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
  private func embed(_ input: Tensor, _ layout: TokenLayout) -> (Tensor, HierarchicalTape.Embedding) {
    let patches = embedding.forward(embedding.unfold(input, layout.grid), layout.grid)
    let (normed, statistics) = kernels.layerNorm(
      patches, weight: weights.patchNorm.weight, bias: weights.patchNorm.bias,
      epsilon: HierarchicalConfiguration.betweenEpsilon)
    let tape = HierarchicalTape.Embedding(patches: patches, statistics: statistics)
    guard let positions = weights.positions else { return (normed, tape) }
    return (Tensor.map([normed, positions], to: normed.shape, .operand(0) + .operand(1)), tape)
  }
}

/// What the backward pass of a transformer of stages needs of its forward pass.
struct HierarchicalTape: EncoderTape {
  /// What the layer norm behind the patch projection saw.
  struct Embedding: Sendable {
    /// [B, N, D].
    let patches: Tensor
    let statistics: RowStatistics
  }

  let embedding: Embedding
  let blocks: [EncoderBlock.Tape]
  /// Of each stage but the first.
  let merges: [PatchMerging.Tape]
  let head: ReadoutHead.Tape
}

extension HierarchicalTransformer {
  /// Runs the backward pass, from the logits down to the lowest layer that the request needs.
  ///
  /// - Throws: for other rules than the plain gradient, and for gradients of parameters.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    let tape = try tape(HierarchicalTape.self, of: trace, blocks: weights.blocks.count, from: cotangent)
    try descriptor.check(recording: [], gradients: request.activations, for: "the backward pass")
    var missing: Capabilities = rules == .gradient ? [] : [.propagationRules]
    if request.parameters || request.headParameters { missing.insert(.parameterGradients) }
    guard missing.isEmpty else { throw ModelError.notGiven(missing, model: descriptor.name) }
    var gradients = Gradients()
    var gradient = head.backward(
      from: cotangent, through: tape.head, reads(trace.layout), rules: .gradient, parameters: nil)
    var merges = tape.merges
    let lowest = request.lowestLayer
    for layer in weights.blocks.indices.reversed() where layer >= lowest {
      try Task.checkCancellation()
      let passed = try block(layer).backward(
        gradient, through: tape.blocks[layer], rules: .gradient,
        requesting: EncoderBlock.Request(
          activations: Set(request.activations.filter { $0.layer == layer }.map(\.place)),
          attention: request.attention.contains(layer), parameters: false, input: layer > lowest),
        layer: layer, visitAttention: visitAttention)
      for (place, activation) in passed.activations {
        gradients.activations[ActivationPoint(layer: layer, place: place)] = activation
      }
      guard let input = passed.input else { return gradients }
      gradient = input
      if let merge = trace.layout.layers[layer].merge, let tape = merges.popLast() {
        gradient = merging(before: layer).backward(gradient, through: tape, merge)
      }
    }
    if request.input {
      let patches = kernels.layerNormBackward(
        gradient, x: tape.embedding.patches, statistics: tape.embedding.statistics,
        weight: weights.patchNorm.weight, epsilon: HierarchicalConfiguration.betweenEpsilon,
        constantVariance: false, residual: nil)
      gradients.input = embedding.inputGradient(
        patches, of: trace.input, trace.layout.grid, rule: .gradient)
    }
    return gradients
  }
}
