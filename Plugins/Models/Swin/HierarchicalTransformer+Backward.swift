public import XAICore
public import XAITensor
import XAITransformer

extension HierarchicalTransformer {
  /// Runs the backward pass, from the logits down to the lowest layer that the request needs.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    try checkHasClasses()
    let tape = try tape(HierarchicalTape.self, of: trace, blocks: weights.blocks.count, from: cotangent)
    try descriptor.check(recording: [], gradients: request.activations, for: "the backward pass")
    try checkParameters(request, trace, rows: cotangent.shape[0])
    var gradients = Gradients()
    var parameters = ParameterList(naming: naming.flat(configuration))
    var gradient = head.backward(
      from: cotangent, through: tape.head, reads(trace.layout), rules: rules,
      parameters: !request.parameters && !request.headParameters
        ? nil
        : { gradients in
          switch gradients {
          case .head(_, let weight, let bias): parameters.add(naming.head, weight: weight, bias: bias)
          case .norm(let weight, let bias):
            if request.parameters { parameters.add(naming.finalNorm, weight: weight, bias: bias) }
          case .projection: break
          }
        })
    var merges = tape.merges
    let lowest = request.lowestLayer
    for layer in weights.blocks.indices.reversed() where layer >= lowest {
      try Task.checkCancellation()
      let passed = try block(layer).backward(
        gradient, through: tape.blocks[layer], rules: rules,
        requesting: EncoderBlock.Request(
          activations: Set(request.activations.filter { $0.layer == layer }.map(\.place)),
          attention: request.attention.contains(layer), parameters: request.parameters,
          scoreBias: request.parameters, input: layer > lowest),
        layer: layer, bias: { scoreBias(ofLayer: layer, trace.layout) }, visitAttention: visitAttention)
      for (place, activation) in passed.activations {
        gradients.activations[ActivationPoint(layer: layer, place: place)] = activation
      }
      if let own = passed.parameters {
        add(own, scoreBias: passed.scoreBias, ofLayer: layer, trace.layout, to: &parameters)
      }
      guard let input = passed.input else { break }
      gradient = input
      if let merge = trace.layout.layers[layer].merge, let tape = merges.popLast() {
        gradient = merging(before: layer).backward(
          gradient, through: tape, merge, rules: rules,
          parameters: request.parameters
            ? { own in
              let names = naming.merge(stageOfLayer[layer])
              parameters.add(names.norm, own.norm)
              parameters.add(names.reduction, weight: own.reduction, bias: nil)
            } : nil)
      }
    }
    if request.input || request.parameters {
      let patches = patchNorm.backward(gradient, through: tape.embedding, rule: rules.layerNorm)
      if request.parameters { addEmbedding(gradient, patches: patches, trace, tape, to: &parameters) }
      if request.input {
        gradients.input = embedding.inputGradient(
          patches, of: trace.input, trace.layout.grid, rule: rules.patchProjection)
      }
    }
    for parameter in parameters.parameters { gradients.parameters[parameter.name] = parameter.tensor }
    return gradients
  }

  /// Adds the gradients of a block, and that of what makes its position bias.
  private func add(
    _ own: BlockWeights, scoreBias: Tensor?, ofLayer layer: Int, _ layout: TokenLayout,
    to parameters: inout ParameterList
  ) {
    var own = own
    let shape = layout.windowShape(ofLayer: layer)
    let offsets = RelativeOffsets(grid: shape, hasClassToken: false)
    let heads = stage(ofLayer: layer).headCount
    // Where attention counts as a constant, nothing comes to the bias.
    let table =
      scoreBias.map { gradient in
        let entries = heads * shape.count * shape.count
        let rows = gradient.count / entries
        return offsets.table(
          from: kernels.columnSums(gradient.reshaped(to: [rows, entries]))
            .reshaped(to: [heads, shape.count, shape.count]))
      } ?? Tensor(repeating: 0, [offsets.count, heads])
    if configuration.version == .first { own.positionBias = table }
    parameters.add(own, ofLayer: layer)
    guard configuration.version == .second else { return }
    let stage = stage(ofLayer: layer)
    let bias = weights.continuousBiases[layer].gradients(
      table, shape, pretrained: stage.pretrainedWindow, on: kernels)
    parameters.add(
      bias.expansion, bias.contraction, naming.continuousBias(ofLayer: layer, configuration))
  }

  /// Adds the gradients of position embeddings, the norm behind the patch projection, and the projection.
  private func addEmbedding(
    _ tokens: Tensor, patches: Tensor, _ trace: ForwardTrace, _ tape: HierarchicalTape,
    to parameters: inout ParameterList
  ) {
    if weights.positions != nil {
      let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
      parameters.add(
        naming.positions,
        kernels.columnSums(tokens.reshaped(to: [batch, count * width])).reshaped(to: [1, count, width]))
    }
    parameters.add(naming.patchNorm, patchNorm.parameterGradients(tokens, through: tape.embedding))
    let patch = embedding.parameterGradients(
      patches, patches: embedding.unfold(trace.input, trace.layout.grid), trace.layout.grid
    ).patch
    parameters.add(
      naming.patch,
      weight: patch.weight.reshaped(to: configuration.patch.projectionShape(outputs: weights.patch.outputs)),
      bias: patch.bias)
  }
}
