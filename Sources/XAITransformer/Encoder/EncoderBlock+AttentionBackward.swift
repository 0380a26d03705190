import XAICore
import XAITensor

/// The reverse pass from the outputs of the heads to what queries, keys and values were made from.
extension EncoderBlock {
  /// From the heads' outputs O = A·V, A = softmax(Q·Kᵀ/√d), to queries, keys and values.
  ///
  /// dA = dO·Vᵀ, dV = Aᵀ·dO, dS = softmax′(dA), dQ = dS·K/√d, dK = dSᵀ·Q/√d; products by halves where rules say so.
  ///
  /// - Returns: [k·B, N, 3·D], or nil where nothing past the attention is needed.
  func attentionBackward(
    _ context: Tensor, _ tape: Tape, _ rules: PropagationRules, _ request: Request, _ sink: Sink,
    bias: () -> Tensor?
  ) throws -> Tensor? {
    let (batch, tokens) = (tape.parts.shape[0], tape.parts.shape[1])
    let layout = layout(batch: batch, tokens: tokens)
    let targets = context.shape[0] / batch
    let all = self.layout(batch: targets * batch, tokens: tokens)
    let share: Float = rules.product == .halved ? 0.5 : 1

    func operand(_ tensor: Tensor, _ layout: MatrixLayout, target: Int) -> MatrixOperand {
      MatrixOperand(tensor, layout.advanced(by: target * (tensor.count / targets)))
    }

    var attentionGradient: Tensor?
    if request.attention || rules.softmax != .constant {
      var product = TensorBuffer(all.attentionShape)
      for target in 0..<targets {
        kernels.multiply(
          operand(context, layout.context, target: target),
          MatrixOperand(tape.parts, layout.part(2)).transposed, into: &product,
          layout.attention.advanced(by: target * layout.attentionShape.count), Epilogue(scale: share))
      }
      attentionGradient = product.freeze()
    }
    if request.attention, let attentionGradient { try sink.attention(tape.attention, attentionGradient) }
    guard request.reachesParts else { return nil }

    // Where attention counts as a constant, nothing is written to queries and keys.
    var parts = TensorBuffer(all.partsShape)
    if rules.softmax == .constant {
      parts = TensorBuffer(repeating: 0, all.partsShape)
      if request.activations.contains(.scores) {
        sink.activation(.scores, Tensor(repeating: 0, all.attentionShape))
      }
    }
    func put(_ part: Int, _ target: Int) -> MatrixLayout {
      layout.part(part).advanced(by: target * layout.partsShape.count)
    }
    for target in 0..<targets {
      kernels.multiply(
        MatrixOperand(tape.attention, layout.attention).transposed,
        operand(context, layout.context, target: target), into: &parts, put(2, target),
        Epilogue(scale: share))
    }
    if rules.softmax != .constant, let lent = attentionGradient.take() {
      let scores = softmaxBackward(consume lent, tape, layout, rules, bias: bias)
      if request.activations.contains(.scores) { sink.activation(.scores, scores) }
      if request.parameters { sink.scoreBias?(scores) }
      for target in 0..<targets {
        let gradient = operand(scores, layout.attention, target: target)
        kernels.multiply(
          gradient, MatrixOperand(tape.parts, layout.part(1)), into: &parts, put(0, target),
          Epilogue(scale: layout.scale * share))
        kernels.multiply(
          gradient.transposed, MatrixOperand(tape.parts, layout.part(0)), into: &parts, put(1, target),
          Epilogue(scale: layout.scale * share))
      }
    }
    return parts.freeze()
  }

  /// The gradient of the scores from that of the attention, [k·B, H, N, N].
  private func softmaxBackward(
    _ gradient: consuming Tensor, _ tape: Tape, _ layout: AttentionLayout, _ rules: PropagationRules,
    bias: () -> Tensor?
  ) -> Tensor {
    guard rules.softmax == .identity else {
      var buffer = TensorBuffer(reusing: consume gradient)
      kernels.softmaxBackward(output: tape.attention, gradient: &buffer)
      return buffer.freeze()
    }
    return IdentityRules.apply(
      gradient, input: scores(tape.parts, layout, bias: bias()), output: tape.attention)
  }

  /// The gradient of what queries, keys and values were made from: Σ d part · W_part.
  func queryKeyValueBackward(_ parts: Tensor, _ tape: Tape, _ rules: PropagationRules) -> Tensor {
    let rows = MatrixOperand(rowsOf: parts)
    let width = weights.projection.outputs
    let normed = rules.linear == .gradient ? nil : queryKeyValueInput(tape)
    var result = TensorBuffer([parts.shape[0], parts.shape[1], width])
    var column = 0
    for linear in weights.queryKeyValue {
      if let normed {
        let columns = column..<column + linear.outputs
        let gradient = kernels.applyBackward(
          linear, to: parts.columns(columns), rule: rules.linear, input: normed,
          output: tape.parts.columns(columns))
        if column == 0 { result = gradient } else { kernels.add(gradient.freeze(), to: &result) }
      } else {
        var operand = rows
        operand.layout.offset = column
        operand.layout.columns = linear.outputs
        kernels.multiply(
          operand, MatrixOperand(rowsOf: linear.weight), into: &result,
          MatrixLayout(rows: rows.layout.rows, columns: width), Epilogue(accumulates: column > 0))
      }
      column += linear.outputs
    }
    return result.freeze()
  }
}
