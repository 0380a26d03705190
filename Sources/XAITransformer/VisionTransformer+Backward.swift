public import XAICore
public import XAITensor

extension VisionTransformer {
  /// Runs the backward pass, from the logits down to the lowest layer that the request needs.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    try checkHasClasses()
    let tape = try tape(VisionTransformerTape.self, of: trace, blocks: weights.blocks.count, from: cotangent)
    try descriptor.check(recording: [], gradients: request.activations, for: "the backward pass")
    try checkParameters(request, trace, rows: cotangent.shape[0])
    var gradients = Gradients()
    func add(_ name: String, _ weight: Tensor, _ bias: Tensor?) {
      accumulate(weight, into: &gradients.parameters[naming.tensor(name, .weight)])
      if let bias { accumulate(bias, into: &gradients.parameters[naming.tensor(name, .bias)]) }
    }
    var gradient = head.backward(
      from: cotangent, through: tape.head, reads(trace.layout), rules: rules,
      parameters: !request.parameters && !request.headParameters
        ? nil
        : { gradients in
          switch gradients {
          case .head(let head, let weight, let bias): add(naming.heads[head], weight, bias)
          case .norm(let weight, let bias):
            if request.parameters { add(naming.finalNorm, weight, bias) }
          case .projection(let weight, let bias):
            if request.parameters { add(naming.projection, naming.arrangedProjection(weight), bias) }
          }
        })

    let lowest = request.lowestLayer
    if let pooling, let poolingTape = tape.pooling {
      let layer = weights.blocks.count
      guard lowest <= layer else { return gradients }
      let passed = try pooling.backward(
        gradient, through: poolingTape, rules: rules, requesting: blockRequest(request, layer: layer),
        layer: layer, visitAttention: visitAttention)
      for (place, activation) in passed.block.activations {
        gradients.activations[ActivationPoint(layer: layer, place: place)] = activation
      }
      if let own = passed.block.parameters, let probe = passed.probe {
        gradients.parameters[naming.probe] = probe.reshaped(
          to: naming.probeShape(width: configuration.width))
        for parameter in naming.parameters(of: own, naming.poolingBlock, layer: layer) {
          gradients.parameters[parameter.name] = parameter.tensor
        }
      }
      guard let input = passed.block.input else { return gradients }
      gradient = input
    }
    let bias = relativeBias
    let places = places(trace.layout)
    var ofBlocks: [BlockWeights] = []
    for layer in weights.blocks.indices.reversed() where layer >= lowest {
      try Task.checkCancellation()
      let passed = try block(layer).backward(
        gradient, through: tape.blocks[layer], rules: rules,
        requesting: blockRequest(request, layer: layer),
        layer: layer, bias: bias.map { bias in { bias.scores(ofLayer: layer, at: places) } }
      ) { try visitAttention(withProbe($0)) }
      for (place, activation) in passed.activations {
        gradients.activations[ActivationPoint(layer: layer, place: place)] = withProbe(activation)
      }
      if var own = passed.parameters {
        if let bias, bias.settings.hiddenWidth != nil {
          let made = bias.mlpGradients(passed.scoreBias, ofLayer: layer, trace.layout.grid)
          own.positionMLP = made.own
          if let shared = made.shared, let name = naming.positionMLP {
            let names = PositionMLP.layers(of: name)
            add(names.expansion, shared.expansion.weight, shared.expansion.bias)
            add(names.contraction, shared.contraction.weight, shared.contraction.bias)
          }
        } else if let bias {
          // Where attention counts as a constant, nothing comes to the tables.
          let table =
            passed.scoreBias.map { bias.tableGradient($0, trace.layout.grid) }
            ?? Tensor(repeating: 0, configuration.biasTableShape)
          if bias.settings.isPerLayer { own.positionBias = table }
          if bias.settings.isShared, let name = naming.positionBias {
            accumulate(table, into: &gradients.parameters[name])
          }
        }
        ofBlocks.append(own)
        for parameter in naming.parameters(of: own, naming.block(layer), layer: layer) {
          gradients.parameters[parameter.name] = parameter.tensor
        }
      }
      guard let input = passed.input else { return gradients }
      gradient = input
    }
    if request.input || request.parameters, let norm = embeddingNorm, let normTape = tape.embeddingNorm {
      if request.parameters {
        let own = norm.parameterGradients(gradient, through: normTape)
        add(naming.embeddingNorm, own.weight, own.bias)
      }
      gradient = norm.backward(gradient, through: normTape, rule: rules.layerNorm)
    }
    if request.input {
      gradients.input = embedding.inputGradient(
        gradient, of: trace.input, trace.layout.grid, rule: rules.patchProjection)
    }
    if request.parameters {
      for (name, tensor) in naming.stacks(of: ofBlocks.reversed()) {
        gradients.parameters[name] = tensor
      }
      gradients.parameters.merge(embeddingGradients(gradient, trace, tape)) { known, _ in known }
    }
    return gradients
  }

  /// What a request asks one layer for.
  private func blockRequest(_ request: GradientRequest, layer: Int) -> EncoderBlock.Request {
    EncoderBlock.Request(
      activations: Set(request.activations.filter { $0.layer == layer }.map(\.place)),
      attention: request.attention.contains(layer), parameters: request.parameters,
      scoreBias: request.parameters && configuration.positionBias != nil, input: layer > request.lowestLayer)
  }

  /// The attention of a block and its gradient as the layout counts tokens; a probe has no part in either.
  func withProbe(_ visited: AttentionGradient) -> AttentionGradient {
    AttentionGradient(
      layer: visited.layer, attention: withProbe(visited.attention, diagonal: 1),
      gradient: withProbe(visited.gradient, diagonal: 0))
  }

  /// The gradients of the patch projection, the position embeddings and the prefix tokens, by name.
  private func embeddingGradients(
    _ gradient: Tensor, _ trace: ForwardTrace, _ tape: VisionTransformerTape
  ) -> [String: Tensor] {
    let embedding = embedding.parameterGradients(
      gradient, patches: tape.patches ?? embedding.unfold(trace.input, trace.layout.grid), trace.layout.grid)
    let patchShape = configuration.patch.projectionShape(outputs: configuration.width)
    var gradients = [
      naming.tensor(naming.patch, .weight): embedding.patch.weight.reshaped(to: patchShape)
    ]
    if configuration.hasPatchBias { gradients[naming.tensor(naming.patch, .bias)] = embedding.patch.bias }
    if let positions = embedding.positions {
      gradients[naming.positions] = positions.reshaped(
        to: naming.tokenShape(tokens: positions.shape[0], width: configuration.width))
    }
    var row = 0
    for (name, tokens) in naming.prefixTensors(of: configuration.prefix) {
      gradients[name] = embedding.prefix[row..<row + tokens].reshaped(
        to: naming.prefixShape(tokens: tokens, width: configuration.width))
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
