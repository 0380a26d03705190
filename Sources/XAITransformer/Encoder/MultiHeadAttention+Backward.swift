import XAICore
import XAITensor

extension MultiHeadAttention {
  /// What a backward pass gives.
  struct Gradients {
    /// The gradient of queries, keys and values as their linear layers gave them, [k·B, N, 3·D].
    let parts: Tensor
    /// The gradient of queries and keys as they meet; nil where no transform is between, or nothing comes to them.
    let transformed: Transformed?
    /// The gradient of the scores, and so of what was added to them, [k·B, H, N, N]; nil where attention counts as a constant.
    let scores: Tensor?
    /// Those of each transform's parameters, in their order; empty where they weren't asked for.
    let parameters: [[Tensor]]
  }

  /// From the heads' outputs O = A·V, A = softmax(Q·Kᵀ/√d), to queries, keys and values.
  ///
  /// dA = dO·Vᵀ, dV = Aᵀ·dO, dS = softmax′(dA), dQ = dS·K/√d, dK = dSᵀ·Q/√d; products by halves where rules say so; and back
  /// through the transforms of Q and K.
  ///
  /// - Parameters:
  ///   - goesPast: whether queries, keys and values are needed, and not the attention's gradient alone.
  ///   - parameters: whether gradients of transforms' parameters are needed.
  ///   - bias: makes what was added to the scores, where a rule needs it; nil for nothing.
  ///   - layer: the layer as which `visit` is lent the attention and its gradient; nil where it isn't called.
  /// - Returns: nil where nothing past the attention is needed.
  func backward(
    _ context: Tensor, through tape: Tape, rules: PropagationRules, goesPast: Bool, parameters: Bool,
    bias: (() -> Tensor)?, layer: Int?, visit: (AttentionGradient) throws -> Void
  ) throws -> Gradients? {
    let layout = layout(of: tape.parts)
    let targets = context.shape[0] / layout.batch
    let all = self.layout(batch: targets * layout.batch, tokens: layout.tokens)
    let share: Float = rules.product == .halved ? 0.5 : 1

    var attentionGradient: Tensor?
    if layer != nil || rules.softmax != .constant {
      var product = TensorBuffer(all.attentionShape)
      for target in 0..<targets {
        kernels.multiply(
          operand(context, layout.context, target, of: targets),
          MatrixOperand(tape.parts, layout.part(2)).transposed, into: &product,
          layout.attention.advanced(by: target * layout.attentionShape.count), Epilogue(scale: share))
      }
      attentionGradient = product.freeze()
    }
    if let layer, let attentionGradient {
      try visit(AttentionGradient(layer: layer, attention: tape.attention, gradient: attentionGradient))
    }
    guard goesPast else { return nil }

    // Where attention counts as a constant, nothing is written to queries and keys.
    var parts = TensorBuffer(all.partsShape)
    if rules.softmax == .constant { parts = TensorBuffer(repeating: 0, all.partsShape) }
    for target in 0..<targets {
      kernels.multiply(
        MatrixOperand(tape.attention, layout.attention).transposed,
        operand(context, layout.context, target, of: targets), into: &parts,
        layout.part(2).advanced(by: target * layout.partsShape.count), Epilogue(scale: share))
    }
    guard rules.softmax != .constant, let lent = attentionGradient.take() else {
      return Gradients(
        parts: parts.freeze(), transformed: nil, scores: nil,
        parameters: parameters
          ? stages.map { $0.parameters.map { Tensor(repeating: 0, $0.shape) } } : [])
    }
    let scores = softmaxBackward(consume lent, tape, layout, rules, bias: bias)
    guard let transformed = tape.transformed else {
      for (part, index) in [(AttentionTransformContext.Part.queries, 0), (.keys, 1)] {
        factorBackward(part, scores, tape, targets, share, into: &parts) {
          layout.part(index).advanced(by: $0 * layout.partsShape.count)
        }
      }
      return Gradients(parts: parts.freeze(), transformed: nil, scores: scores, parameters: [])
    }
    var gradients: [[[Tensor?]]] = []
    var met: [Tensor] = []
    for part in [AttentionTransformContext.Part.queries, .keys] {
      var own = TensorBuffer(all.headsShape)
      factorBackward(part, scores, tape, targets, share, into: &own) {
        layout.context.advanced(by: $0 * layout.contextShape.count)
      }
      met.append(own.freeze())
      let passed = transformBackward(
        met[met.count - 1], part, tape, transformed.places, rules, parameters: parameters)
      parts.replace(columns: columns(of: part), ofRows: all.partsShape[2], by: passed.gradient)
      gradients.append(passed.parameters)
    }
    return Gradients(
      parts: parts.freeze(),
      transformed: Transformed(queries: met[0], keys: met[1], places: transformed.places), scores: scores,
      parameters: parameters ? sums(of: gradients[0], gradients[1]) : [])
  }

  /// The gradients of one target among those of all.
  private func operand(
    _ tensor: Tensor, _ layout: MatrixLayout, _ target: Int, of targets: Int
  ) -> MatrixOperand {
    var operand = MatrixOperand(tensor, layout.advanced(by: target * (tensor.count / targets)))
    operand.isGradient = true
    return operand
  }

  /// From the scores to one of their factors: dQ = dS·K·scale, dK = dSᵀ·Q·scale.
  private func factorBackward(
    _ part: AttentionTransformContext.Part, _ scores: Tensor, _ tape: Tape, _ targets: Int, _ share: Float,
    into buffer: inout TensorBuffer, at place: (_ target: Int) -> MatrixLayout
  ) {
    let layout = layout(of: tape.parts)
    for target in 0..<targets {
      let gradient = operand(scores, layout.attention, target, of: targets)
      kernels.multiply(
        part == .queries ? gradient : gradient.transposed,
        part == .queries
          ? keys(tape.parts, tape.transformed, layout) : queries(tape.parts, tape.transformed, layout),
        into: &buffer, place(target), Epilogue(scale: scale * share))
    }
  }

  /// The gradient of the scores from that of the attention, [k·B, H, N, N].
  private func softmaxBackward(
    _ gradient: consuming Tensor, _ tape: Tape, _ layout: AttentionLayout, _ rules: PropagationRules,
    bias: (() -> Tensor)?
  ) -> Tensor {
    guard rules.softmax == .identity else {
      var buffer = TensorBuffer(reusing: consume gradient)
      kernels.softmaxBackward(output: tape.attention, gradient: &buffer)
      return buffer.freeze()
    }
    return IdentityRules.apply(
      gradient, input: scores(tape.parts, tape.transformed, bias: bias?()), output: tape.attention)
  }

  /// The gradients of transforms' parameters that come by queries, by keys, or by both.
  private func sums(of first: [[Tensor?]], _ second: [[Tensor?]]) -> [[Tensor]] {
    stages.indices.map { stage in
      stages[stage].parameters.indices.map { index in
        switch (first[stage][index], second[stage][index]) {
        case (let one?, let other?):
          var sum = TensorBuffer(reusing: one)
          kernels.add(other, to: &sum)
          return sum.freeze()
        case (let one?, nil), (nil, let one?): return one
        case (nil, nil): return Tensor(repeating: 0, stages[stage].parameters[index].shape)
        }
      }
    }
  }

  /// The gradient of what queries, keys and values were made from: Σ d part · W_part.
  ///
  /// - Parameter input: what they were made from; asked for where a rule needs it.
  func inputBackward(
    _ parts: Tensor, through tape: Tape, rules: PropagationRules, input: () -> Tensor
  ) -> Tensor {
    kernels.applyBackward(
      queryKeyValue, to: parts, rule: rules.linear, input: input(), output: tape.parts
    ).freeze()
  }

  /// The gradients of the linear layers from that of what they gave.
  func parameterGradients(_ parts: Tensor, input: Tensor) -> [Linear] {
    kernels.parameterGradients(of: queryKeyValue, x: input, gradient: parts)
  }

  // MARK: - Transforms

  /// The gradient of queries or keys as their linear layer gave them, [k·B, N, H, d], and those of the transforms' parameters.
  private func transformBackward(
    _ gradient: Tensor, _ part: AttentionTransformContext.Part, _ tape: Tape, _ places: TokenPlaces,
    _ rules: PropagationRules, parameters: Bool
  ) -> (gradient: Tensor, parameters: [[Tensor?]]) {
    // What each transform saw, computed again.
    var seen = [heads(part, of: tape.parts)]
    for stage in stages.dropLast() {
      seen.append(stage.transform.apply(to: seen[seen.count - 1], in: context(of: stage, part, places)))
    }
    var gradient = gradient
    var gradients = [[Tensor?]](repeating: [], count: stages.count)
    for (index, stage) in stages.enumerated().reversed() {
      let context = context(of: stage, part, places)
      if parameters {
        gradients[index] = stage.transform.parameterGradients(gradient, of: seen[index], in: context)
      }
      gradient = stage.transform.applyBackward(gradient, of: seen[index], rules: rules, in: context)
    }
    return (gradient, gradients)
  }
}
