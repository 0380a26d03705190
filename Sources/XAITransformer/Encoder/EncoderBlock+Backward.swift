import XAICore
import XAITensor

extension EncoderBlock {
  /// What a reverse pass through one block does beside passing the gradient on.
  struct Request {
    let activations: Set<Place>
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
    var reachesAttention: Bool { reachesParts || attention }
    /// Whether the pass has to reach the heads' outputs.
    var reachesHeadOutputs: Bool { reachesAttention || activations.contains(.headOutputs) }
    /// Whether the pass has to go into the block at all.
    var reachesMLP: Bool {
      reachesHeadOutputs || !activations.isDisjoint(with: [.afterAttention, .secondNorm, .mlpHidden])
    }
  }

  /// Where a reverse pass through one block puts what it was asked for.
  struct Sink {
    let activation: (Place, Tensor) -> Void
    let attention: (_ attention: Tensor, _ gradient: Tensor) throws -> Void
    var parameter:
      (_ name: KeyPath<CheckpointNaming.Block, String>, _ weight: Tensor, _ bias: Tensor) -> Void =
        { _, _, _ in }
    var queryKeyValue: (_ index: Int, _ weight: Tensor, _ bias: Tensor) -> Void = { _, _, _ in }
    var layerScale: (_ name: KeyPath<CheckpointNaming.Block, String?>, _ factors: Tensor) -> Void = { _, _ in
    }
    /// Called with the gradient of what was added to the scores, [B, H, N, N]; nil where nobody asks.
    var scoreBias: ((Tensor) -> Void)?
  }

  /// Passes the gradient of the block's output, [k·B, n, D] target-major, to its input, [k·B, N, D].
  ///
  /// n is the number of tokens that the forward pass kept; what is handed to the sink is of all N.
  ///
  /// - Parameter bias: gives what was added to the scores, [1, H, N, N]; nil for nothing.
  /// - Returns: the gradient of the input, or nil where `request` doesn't need it.
  func backward(
    _ gradient: Tensor, through tape: Tape, rules: PropagationRules, requesting request: Request,
    into sink: Sink, bias: () -> Tensor? = { nil }
  ) throws -> Tensor? {
    func whole(_ gradient: Tensor) -> Tensor { tape.selection?.spread(gradient) ?? gradient }
    func hand(_ gradient: Tensor, at point: Place) {
      if request.activations.contains(point) { sink.activation(point, whole(gradient)) }
    }
    hand(gradient, at: .output)
    guard request.reachesMLP else { return nil }

    // MLP: d hidden = (d output · W₂) ⊙ GELU′(hidden), d normed = d hidden · W₁.
    let outer = ResidualShares(gradient, of: tape.afterAttention, in: tape.output, rule: rules.residual)
    var contraction = contractionBackward(outer.branch, tape, rules)
    if request.activations.contains(.mlpHidden) {
      let gradient = contraction.freeze()
      hand(gradient, at: .mlpHidden)
      contraction = TensorBuffer(reusing: gradient)
    }
    let (hidden, activated) = activationBackward(
      contraction, tape.hidden, rules, givesOutput: request.parameters)
    let secondNorm = kernels.applyBackward(
      weights.expansion, to: hidden, rule: rules.linear,
      input: norm(weights.secondNorm, tape.afterAttention).0,
      output: tape.hidden
    ).freeze()
    hand(secondNorm, at: .secondNorm)
    let afterAttention = normBackward(
      secondNorm, weights.secondNorm, tape.afterAttention, tape.secondStatistics, rules, residual: outer.kept)
    hand(afterAttention, at: .afterAttention)
    if let activated {
      collectMLPParameters(
        tape, activated: activated, output: outer.branch, hidden: hidden, secondNorm: secondNorm, sink)
    }
    guard request.reachesHeadOutputs else { return nil }

    let inner = ResidualShares(
      afterAttention, of: tape.selection?.chosen(from: tape.input) ?? tape.input, in: tape.afterAttention,
      rule: rules.residual)
    let context = whole(projectionBackward(inner.branch, tape, rules))
    if request.activations.contains(.headOutputs) { sink.activation(.headOutputs, context) }
    guard request.reachesAttention else { return nil }

    let parts = try attentionBackward(
      tape.windows?.gathered(context) ?? context, tape, rules, request, sink, bias: bias)
    guard let parts else { return nil }
    handParts(parts, tape.windows, request, to: sink)
    guard request.reachesFirstNorm else { return nil }
    let arranged = queryKeyValueBackward(parts, tape, rules)
    let firstNorm = tape.windows?.scattered(arranged) ?? arranged
    if request.activations.contains(.firstNorm) { sink.activation(.firstNorm, firstNorm) }
    if request.parameters {
      collectAttentionParameters(tape, context: inner.branch, parts: parts, firstNorm: firstNorm, sink)
    }
    guard request.reachesInput else { return nil }
    let input = normBackward(
      firstNorm, weights.firstNorm, tape.input, tape.firstStatistics, rules, residual: whole(inner.kept))
    if request.activations.contains(.input) { sink.activation(.input, input) }
    return request.input ? input : nil
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
      x: tape.inputs?.queryKeyValue ?? queryKeyValueInput(tape), gradient: parts)
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

  /// What queries, keys and values were made from, computed again.
  func queryKeyValueInput(_ tape: Tape) -> Tensor {
    let normed = norm(weights.firstNorm, tape.input).0
    return tape.windows?.gathered(normed) ?? normed
  }

  /// What the projection saw, computed again.
  func projectionInput(_ tape: Tape) -> Tensor {
    let layout = layout(batch: tape.parts.shape[0], tokens: tape.parts.shape[1])
    let arranged = headOutputs(tape.attention, tape.parts, layout)
    let outputs = tape.windows?.scattered(arranged) ?? arranged
    return tape.selection?.chosen(from: outputs) ?? outputs
  }
}
