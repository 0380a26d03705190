public import XAICore
public import XAITensor

extension VisionTransformer {
  /// Runs the reverse pass, from the logits down to the lowest layer that the request needs.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    guard let tape = trace.tape as? VisionTransformerTape, tape.blocks.count == weights.blocks.count,
      cotangent.shape.rank == 2, cotangent.shape[1] == trace.logits.shape[1],
      cotangent.shape[0] % trace.batchCount == 0
    else { throw ModelError.foreignTrace(model: descriptor.name) }
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
        activation: { gradients.activations[ActivationPoint(layer: layer, point: $0)] = $1 },
        attention: { attention, gradient in
          try visitAttention(AttentionGradient(layer: layer, attention: attention, gradient: gradient))
        },
        parameter: { add(names[keyPath: $0], $1, $2) },
        queryKeyValue: { add(names.queryKeyValue[$0], $1, configuration.hasQueryKeyValueBias ? $2 : nil) })
      let input = try block(layer).backward(
        gradient, through: tape.blocks[layer], rules: rules,
        requesting: EncoderBlock.Request(
          activations: Set(request.activations.filter { $0.layer == layer }.map(\.point)),
          attention: request.attention.contains(layer), parameters: request.parameters, input: layer > lowest),
        into: sink)
      guard let input else { return gradients }
      gradient = input
    }
    if request.input {
      gradients.input = embedding.inputGradient(
        gradient, trace.layout, height: trace.input.shape[2], width: trace.input.shape[3])
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
    guard trace.layout == configuration.layout, rows == trace.batchCount else {
      throw .unsupportedInput(
        model: descriptor.name,
        reason: "parameter gradients need one target an image and the model's own input size of "
          + "\(configuration.imageHeight)×\(configuration.imageWidth)")
    }
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
      naming.positions: embedding.positions.reshaped(
        to: [1, embedding.positions.shape[0], configuration.width]),
    ]
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
