public import XAICore
public import XAITensor

extension VisionTransformer {
  /// Runs the reverse pass, from the logits down to the lowest layer that the request needs.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    let tape = try tape(VisionTransformerTape.self, of: trace, blocks: weights.blocks.count, from: cotangent)
    try descriptor.check(recording: [], gradients: request.activations, for: "the reverse pass")
    try checkParameters(request, trace, rows: cotangent.shape[0])
    return try withoutActuallyEscaping(visitAttention) { visit in
      try backward(from: cotangent, trace, tape, rules, request, visit)
    }
  }

  private func backward(
    from cotangent: Tensor, _ trace: ForwardTrace, _ tape: VisionTransformerTape, _ rules: PropagationRules,
    _ request: GradientRequest, _ visitAttention: @escaping (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var gradients = Gradients()
    func add(_ name: String, _ weight: Tensor, _ bias: Tensor?) {
      accumulate(weight, into: &gradients.parameters[naming.tensor(name, .weight)])
      if let bias { accumulate(bias, into: &gradients.parameters[naming.tensor(name, .bias)]) }
    }
    var gradient = head.backward(
      from: cotangent, through: tape.head, trace.layout, rules: rules,
      parameter: !request.parameters && !request.headParameters
        ? nil
        : { head, weight, bias in
          if let head {
            add(naming.heads[head], weight, bias)
          } else if request.parameters {
            add(naming.finalNorm, weight, bias)
          }
        })

    let lowest = request.lowestLayer
    for layer in weights.blocks.indices.reversed() where layer >= lowest {
      let names = naming.block(layer)
      let sink = EncoderBlock.Sink(
        activation: { gradients.activations[ActivationPoint(layer: layer, place: $0)] = $1 },
        attention: { attention, gradient in
          try visitAttention(AttentionGradient(layer: layer, attention: attention, gradient: gradient))
        },
        parameter: { add(names[keyPath: $0], $1, $2) },
        queryKeyValue: { index, weight, bias in
          guard let biases = names.separateBiases else {
            return add(names.queryKeyValue[index], weight, configuration.hasBias(part: index) ? bias : nil)
          }
          add(names.queryKeyValue[index], weight, nil)
          guard configuration.hasQueryKeyValueBias else { return }
          gradients.parameters[biases.query] = bias[0..<configuration.width]
          gradients.parameters[biases.value] = bias[2 * configuration.width..<3 * configuration.width]
        },
        layerScale: { path, factors in
          if let name = names[keyPath: path] { gradients.parameters[name] = factors }
        },
        scoreBias: biasTables(names).isEmpty
          ? nil
          : { scores in
            let table = tableGradient(scores, trace.layout.grid)
            for name in biasTables(names) { accumulate(table, into: &gradients.parameters[name]) }
          })
      if request.parameters {
        // Where attention counts as a constant, nothing comes to them.
        for name in biasTables(names) where gradients.parameters[name] == nil {
          gradients.parameters[name] = Tensor(repeating: 0, configuration.biasTableShape)
        }
      }
      let input = try block(layer).backward(
        gradient, through: tape.blocks[layer], rules: rules,
        requesting: EncoderBlock.Request(
          activations: Set(request.activations.filter { $0.layer == layer }.map(\.place)),
          attention: request.attention.contains(layer), parameters: request.parameters, input: layer > lowest),
        into: sink, bias: { positionBias(ofLayer: layer, trace.layout.grid) })
      guard let input else { return gradients }
      gradient = input
    }
    if request.input {
      gradients.input = embedding.inputGradient(
        gradient, of: trace.input, trace.layout, rule: rules.patchProjection)
    }
    if request.parameters {
      gradients.parameters.merge(embeddingGradients(gradient, trace, tape)) { known, _ in known }
    }
    return gradients
  }

  private func checkParameters(_ request: GradientRequest, _ trace: ForwardTrace, rows: Int)
    throws(ModelError)
  {
    guard request.parameters || request.headParameters else { return }
    guard rows == trace.batchCount else {
      throw .unsupportedInput(
        model: descriptor.name,
        reason:
          "parameter gradients need one target an image: \(rows) rows don't fit \(trace.batchCount) images")
    }
  }

  /// The tables of relative position bias that the scores of a block have.
  private func biasTables(_ names: CheckpointNaming.Block) -> [String] {
    guard let bias = configuration.positionBias else { return [] }
    return [bias.isShared ? naming.positionBias : nil, bias.isPerLayer ? names.positionBias : nil]
      .compactMap { $0 }
  }

  /// The gradients of the patch projection, the position embeddings and the prefix tokens, by name.
  private func embeddingGradients(
    _ gradient: Tensor, _ trace: ForwardTrace, _ tape: VisionTransformerTape
  ) -> [String: Tensor] {
    let embedding = embedding.parameterGradients(
      gradient, patches: tape.patches ?? embedding.unfold(trace.input, trace.layout.grid), trace.layout)
    let patchShape: Shape = [configuration.width, 3, configuration.patchHeight, configuration.patchWidth]
    var gradients = [
      naming.tensor(naming.patch, .weight): embedding.patch.weight.reshaped(to: patchShape),
      naming.tensor(naming.patch, .bias): embedding.patch.bias,
    ]
    if let positions = embedding.positions {
      gradients[naming.positions] = positions.reshaped(to: [1, positions.shape[0], configuration.width])
    }
    var row = 0
    for (name, tokens) in naming.prefixTensors(of: configuration.prefix) {
      gradients[name] = embedding.prefix[row..<row + tokens].reshaped(to: [1, tokens, configuration.width])
      row += tokens
    }
    return gradients
  }

  /// Adds to a gradient that is there already: a norm that serves two heads has two.
  private func accumulate(_ value: Tensor, into sum: inout Tensor?) {
    guard let known = sum.take() else {
      sum = value
      return
    }
    var buffer = TensorBuffer(reusing: consume known)
    kernels.add(value, to: &buffer)
    sum = buffer.freeze()
  }
}
