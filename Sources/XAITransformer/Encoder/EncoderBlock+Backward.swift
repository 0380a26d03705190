import XAICore
import XAITensor

extension EncoderBlock {
  /// What a reverse pass through one block does beside passing the gradient on.
  struct Request {
    let activations: Set<BlockPoint>
    /// Whether the attention's gradient is visited.
    let attention: Bool
    let parameters: Bool
    /// Whether the gradient of the block's input is needed.
    let input: Bool

    /// Whether the pass has to go past the attention matrix.
    var reachesFirstNorm: Bool { reachesInput || parameters || activations.contains(.firstNorm) }
    /// Whether the pass has to reach the block's input.
    var reachesInput: Bool { input || activations.contains(.input) }
    /// Whether the pass has to reach the attention matrix.
    var reachesAttention: Bool { reachesFirstNorm || attention }
    /// Whether the pass has to reach the heads' outputs.
    var reachesHeadOutputs: Bool { reachesAttention || activations.contains(.headOutputs) }
    /// Whether the pass has to go into the block at all.
    var reachesMLP: Bool {
      reachesHeadOutputs || activations.contains(.afterAttention) || activations.contains(.secondNorm)
    }
  }

  /// Where a reverse pass through one block puts what it was asked for.
  struct Sink {
    let activation: (BlockPoint, Tensor) -> Void
    let attention: (_ attention: Tensor, _ gradient: Tensor) throws -> Void
    let parameter: (_ name: KeyPath<CheckpointNaming.Block, String>, _ weight: Tensor, _ bias: Tensor) -> Void
    let queryKeyValue: (_ index: Int, _ weight: Tensor, _ bias: Tensor) -> Void
    let layerScale: (_ name: KeyPath<CheckpointNaming.Block, String?>, _ factors: Tensor) -> Void
    /// Called with the gradient of what was added to the scores, [B, H, N, N]; nil where nobody asks.
    let scoreBias: ((Tensor) -> Void)?
  }

  /// Passes the gradient of the block's output, [k·B, n, D] target-major, to its input, [k·B, N, D].
  ///
  /// n is the number of tokens that the forward pass kept; what is handed to the sink is of all N.
  ///
  /// - Returns: the gradient of the input, or nil where `request` doesn't need it.
  func backward(
    _ gradient: Tensor, through tape: Tape, rules: PropagationRules, requesting request: Request,
    into sink: Sink
  ) throws -> Tensor? {
    func whole(_ gradient: Tensor) -> Tensor { tape.selection?.spread(gradient) ?? gradient }
    func hand(_ gradient: Tensor, at point: BlockPoint) {
      if request.activations.contains(point) { sink.activation(point, whole(gradient)) }
    }
    hand(gradient, at: .output)
    guard request.reachesMLP else { return nil }

    // MLP: d hidden = (d output · W₂) ⊙ GELU′(hidden), d normed = d hidden · W₁.
    let (hidden, activated) = activationBackward(
      kernels.applyBackward(weights.contraction, to: scaled(gradient, by: weights.secondScale)), tape.hidden,
      givesOutput: request.parameters)
    let secondNorm = kernels.applyBackward(weights.expansion, to: hidden).freeze()
    hand(secondNorm, at: .secondNorm)
    let afterAttention = normBackward(
      secondNorm, weights.secondNorm, tape.afterAttention, tape.secondStatistics, rules, residual: gradient)
    hand(afterAttention, at: .afterAttention)
    if let activated {
      collectMLPParameters(
        tape, activated: activated, output: gradient, hidden: hidden, secondNorm: secondNorm, sink)
    }
    guard request.reachesHeadOutputs else { return nil }

    let context = whole(
      kernels.applyBackward(weights.projection, to: scaled(afterAttention, by: weights.firstScale)).freeze())
    if request.activations.contains(.headOutputs) { sink.activation(.headOutputs, context) }
    guard request.reachesAttention else { return nil }

    let parts = try attentionBackward(context, tape, rules, request, sink)
    guard let parts else { return nil }
    let firstNorm = queryKeyValueBackward(parts)
    if request.activations.contains(.firstNorm) { sink.activation(.firstNorm, firstNorm) }
    if request.parameters {
      collectAttentionParameters(tape, context: afterAttention, parts: parts, firstNorm: firstNorm, sink)
    }
    guard request.reachesInput else { return nil }
    let input = normBackward(
      firstNorm, weights.firstNorm, tape.input, tape.firstStatistics, rules, residual: whole(afterAttention))
    if request.activations.contains(.input) { sink.activation(.input, input) }
    return request.input ? input : nil
  }

  private func normBackward(
    _ gradient: Tensor, _ norm: Norm, _ x: Tensor, _ statistics: RowStatistics, _ rules: PropagationRules,
    residual: Tensor
  ) -> Tensor {
    kernels.layerNormBackward(
      gradient, x: x, statistics: statistics, weight: norm.weight, epsilon: epsilon,
      constantVariance: rules.layerNorm == .constantVariance, residual: residual)
  }

  /// From the heads' outputs O = A·V, A = softmax(Q·Kᵀ/√d), to queries, keys and values.
  ///
  /// dA = dO·Vᵀ, dV = Aᵀ·dO, dS = softmax′(dA), dQ = dS·K/√d, dK = dSᵀ·Q/√d.
  ///
  /// - Returns: [k·B, N, 3·D], or nil where nothing past the attention is needed.
  private func attentionBackward(
    _ context: Tensor, _ tape: Tape, _ rules: PropagationRules, _ request: Request, _ sink: Sink
  ) throws -> Tensor? {
    let (batch, tokens) = (tape.parts.shape[0], tape.parts.shape[1])
    let layout = layout(batch: batch, tokens: tokens)
    let targets = context.shape[0] / batch
    let all = self.layout(batch: targets * batch, tokens: tokens)

    func operand(_ tensor: Tensor, _ layout: MatrixLayout, target: Int) -> MatrixOperand {
      MatrixOperand(tensor, layout.advanced(by: target * (tensor.count / targets)))
    }

    var attentionGradient: Tensor?
    if request.attention || rules.softmax == .gradient {
      var product = TensorBuffer(all.attentionShape)
      for target in 0..<targets {
        kernels.multiply(
          operand(context, layout.context, target: target),
          MatrixOperand(tape.parts, layout.part(2)).transposed, into: &product,
          layout.attention.advanced(by: target * layout.attentionShape.count), .plain)
      }
      attentionGradient = product.freeze()
    }
    if request.attention, let attentionGradient { try sink.attention(tape.attention, attentionGradient) }
    guard request.reachesFirstNorm else { return nil }

    // Where attention counts as a constant, nothing is written to queries and keys.
    var parts = TensorBuffer(all.partsShape)
    if rules.softmax == .constant { parts = TensorBuffer(repeating: 0, all.partsShape) }
    func put(_ part: Int, _ target: Int) -> MatrixLayout {
      layout.part(part).advanced(by: target * layout.partsShape.count)
    }
    for target in 0..<targets {
      kernels.multiply(
        MatrixOperand(tape.attention, layout.attention).transposed,
        operand(context, layout.context, target: target), into: &parts, put(2, target), .plain)
    }
    if rules.softmax == .gradient, let lent = attentionGradient.take() {
      var scoresGradient = TensorBuffer(reusing: consume lent)
      kernels.softmaxBackward(output: tape.attention, gradient: &scoresGradient)
      let scores = scoresGradient.freeze()
      if request.parameters { sink.scoreBias?(scores) }
      for target in 0..<targets {
        let gradient = operand(scores, layout.attention, target: target)
        kernels.multiply(
          gradient, MatrixOperand(tape.parts, layout.part(1)), into: &parts, put(0, target),
          Epilogue(scale: layout.scale))
        kernels.multiply(
          gradient.transposed, MatrixOperand(tape.parts, layout.part(0)), into: &parts, put(1, target),
          Epilogue(scale: layout.scale))
      }
    }
    return parts.freeze()
  }

  /// The gradient of what queries, keys and values were made from: Σ d part · W_part.
  private func queryKeyValueBackward(_ parts: Tensor) -> Tensor {
    let rows = MatrixOperand(rowsOf: parts)
    let width = weights.projection.outputs
    var result = TensorBuffer([parts.shape[0], parts.shape[1], width])
    var column = 0
    for linear in weights.queryKeyValue {
      var operand = rows
      operand.layout.offset = column
      operand.layout.columns = linear.outputs
      kernels.multiply(
        operand, MatrixOperand(rowsOf: linear.weight), into: &result,
        MatrixLayout(rows: rows.layout.rows, columns: width), Epilogue(accumulates: column > 0))
      column += linear.outputs
    }
    return result.freeze()
  }

  // MARK: - Parameters

  private func collectMLPParameters(
    _ tape: Tape, activated: Tensor, output: Tensor, hidden: Tensor, secondNorm: Tensor, _ sink: Sink
  ) {
    collectBranch(
      weights.contraction, \.contraction, scale: weights.secondScale, \.secondScale, x: activated,
      gradient: output, sink)
    let expansion = kernels.parameterGradients(
      x: tape.inputs?.expansion ?? norm(weights.secondNorm, tape.afterAttention).0, gradient: hidden)
    sink.parameter(\.expansion, expansion.weight, expansion.bias)
    let norm = kernels.layerNormParameterGradients(
      secondNorm, x: tape.afterAttention, statistics: tape.secondStatistics, epsilon: epsilon)
    sink.parameter(\.secondNorm, norm.weight, norm.bias)
  }

  private func collectAttentionParameters(
    _ tape: Tape, context: Tensor, parts: Tensor, firstNorm: Tensor, _ sink: Sink
  ) {
    collectBranch(
      weights.projection, \.projection, scale: weights.firstScale, \.firstScale,
      x: tape.inputs?.projection ?? projectionInput(tape), gradient: context, sink)
    let maps = kernels.parameterGradients(
      x: tape.inputs?.queryKeyValue ?? norm(weights.firstNorm, tape.input).0, gradient: parts)
    var row = 0
    for (index, linear) in weights.queryKeyValue.enumerated() {
      let rows = row..<row + linear.outputs
      sink.queryKeyValue(index, maps.weight[rows], maps.bias[rows])
      row = rows.upperBound
    }
    let norm = kernels.layerNormParameterGradients(
      firstNorm, x: tape.input, statistics: tape.firstStatistics, epsilon: epsilon)
    sink.parameter(\.firstNorm, norm.weight, norm.bias)
  }

  /// What the projection saw, computed again.
  private func projectionInput(_ tape: Tape) -> Tensor {
    let layout = layout(batch: tape.parts.shape[0], tokens: tape.parts.shape[1])
    let outputs = headOutputs(tape.attention, tape.parts, layout)
    return tape.selection?.chosen(from: outputs) ?? outputs
  }
}
