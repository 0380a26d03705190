public import XAICore
public import XAITensor

extension HierarchicalTransformer {
  /// Runs the reverse pass, from the logits down to the lowest layer that the request needs.
  ///
  /// - Throws: for other rules than the plain gradient, and for gradients of parameters.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    let tape = try tape(HierarchicalTape.self, of: trace, blocks: weights.blocks.count, from: cotangent)
    try descriptor.check(recording: [], gradients: request.activations, for: "the reverse pass")
    var missing: Capabilities = rules == .gradient ? [] : [.propagationRules]
    if request.parameters || request.headParameters { missing.insert(.parameterGradients) }
    guard missing.isEmpty else {
      throw ModelError.missingCapabilities(
        explainer: "the reverse pass", model: descriptor.name, missing: missing)
    }
    return try withoutActuallyEscaping(visitAttention) { visit in
      try backward(from: cotangent, trace, tape, request, visit)
    }
  }

  private func backward(
    from cotangent: Tensor, _ trace: ForwardTrace, _ tape: HierarchicalTape, _ request: GradientRequest,
    _ visitAttention: @escaping (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var gradients = Gradients()
    var gradient = head.backward(
      from: cotangent, through: tape.head, readLayout(trace.layout), rules: .gradient, parameter: nil)
    var merges = tape.merges
    let lowest = request.lowestLayer
    for layer in weights.blocks.indices.reversed() where layer >= lowest {
      let sink = EncoderBlock.Sink(
        activation: { gradients.activations[ActivationPoint(layer: layer, place: $0)] = $1 },
        attention: { attention, gradient in
          try visitAttention(AttentionGradient(layer: layer, attention: attention, gradient: gradient))
        })
      let input = try block(layer).backward(
        gradient, through: tape.blocks[layer], rules: .gradient,
        requesting: EncoderBlock.Request(
          activations: Set(request.activations.filter { $0.layer == layer }.map(\.place)),
          attention: request.attention.contains(layer), parameters: false, input: layer > lowest),
        into: sink)
      guard let input else { return gradients }
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
        patches, of: trace.input, patchLayout(trace.layout), rule: .gradient)
    }
    return gradients
  }
}
