public import XAICore
public import XAITensor

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
      let passed = try block(layer).backward(
        gradient, through: tape.blocks[layer], rules: .gradient,
        requesting: EncoderBlock.Request(
          activations: Set(request.activations.filter { $0.layer == layer }.map(\.place)),
          attention: request.attention.contains(layer), parameters: false, input: layer > lowest),
        visitAttention: {
          try visitAttention(AttentionGradient(layer: layer, attention: $0, gradient: $1))
        })
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
