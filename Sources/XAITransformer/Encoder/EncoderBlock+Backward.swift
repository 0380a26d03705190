package import XAICore
package import XAITensor

/// What a backward pass through one block gives of what it was asked for.
package struct BlockGradients {
  /// The gradient of the block's input, [k·B, N, D].
  package var input: Tensor?
  /// Those of its activations, of all N tokens.
  package var activations: [Place: Tensor] = [:]
  /// Those of its parameters, each in the place of the parameter; that of its own table of position bias is left to whoever
  /// made the bias of it.
  package var parameters: BlockWeights?
  /// That of what was added to the scores, [k·B, H, N, N]; nil also where attention counts as a constant.
  package var scoreBias: Tensor?
}

extension EncoderBlock {
  /// What a backward pass through one block is asked for.
  package struct Request {
    let activations: Set<Place>
    /// Whether the attention's gradient is visited.
    let attention: Bool
    let parameters: Bool
    /// Whether the gradient of what was added to the scores is needed.
    let scoreBias: Bool
    /// Whether the gradient of the block's input is needed.
    let input: Bool

    /// States what is asked for.
    package init(
      activations: Set<Place>, attention: Bool, parameters: Bool, scoreBias: Bool = false, input: Bool
    ) {
      self.activations = activations
      self.attention = attention
      self.parameters = parameters
      self.scoreBias = scoreBias
      self.input = input
    }

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

  /// Passes the gradient of the block's output, [k·B, n, D] target-major, to its input, [k·B, N, D].
  ///
  /// n is the number of tokens that the forward pass kept; what comes back is of all N.
  ///
  /// - Parameters:
  ///   - layer: the block's place in the model.
  ///   - bias: makes what was added to the scores, where a rule needs it; nil for nothing.
  ///   - visitAttention: lent the attention and its gradient, where the request asks for it.
  package func backward(
    _ gradient: Tensor, through tape: Tape, rules: PropagationRules, requesting request: Request, layer: Int,
    bias: (() -> Tensor)? = nil, visitAttention: (AttentionGradient) throws -> Void
  ) throws -> BlockGradients {
    var gradients = BlockGradients()
    func whole(_ gradient: Tensor) -> Tensor { tape.selection?.scattered(gradient) ?? gradient }
    func record(_ place: Place, _ gradient: @autoclosure () -> Tensor) {
      if request.activations.contains(place) { gradients.activations[place] = gradient() }
    }
    record(.output, whole(gradient))
    guard request.reachesMLP else { return gradients }

    // MLP: d hidden = (d branch · W₂) ⊙ GELU′(hidden), d seen = d hidden · W₁.
    let outer = ResidualShares(gradient, of: tape.afterAttention, in: tape.output, rule: rules.residual)
    let mlpOutput = leaveBackward(secondNorm, outer.branch, tape.secondNorm, rules)
    var mapped = contractionBackward(mlpOutput, tape, rules)
    if request.activations.contains(.mlpHidden) {
      let gradient = mapped.freeze()
      record(.mlpHidden, whole(gradient))
      mapped = TensorBuffer(reusing: gradient)
    }
    let mlpPass = mlp.backward(mapped, tape.hidden, rules, givesOutput: request.parameters)
    let mlpInput = kernels.applyBackward(
      weights.expansions, to: mlpPass.hidden, rule: rules.linear,
      input: mlpSeen(tape), output: tape.hidden
    ).freeze()
    let secondNormed = order == .preNorm ? mlpInput : outer.branch
    record(.secondNorm, whole(secondNormed))
    // In a parallel block the MLP sees no more of this sum than it adds to it.
    let afterAttention =
      order == .parallel
      ? outer.kept : enterBackward(secondNorm, mlpInput, tape.secondNorm, rules, residual: outer.kept)
    record(.afterAttention, whole(afterAttention))
    let contraction = mlpPass.output.map {
      branchGradients(weights.contraction, scale: weights.secondScale, x: $0, gradient: mlpOutput)
    }
    guard request.reachesHeadOutputs else { return gradients }

    let inner = ResidualShares(
      afterAttention, of: tape.selection?.chosen(from: tape.input) ?? tape.input, in: tape.afterAttention,
      rule: rules.residual)
    let attentionOutput = leaveBackward(firstNorm, inner.branch, tape.firstNorm, rules)
    if order == .resPostNorm { record(.firstNorm, whole(inner.branch)) }
    let projected = projectionBackward(attentionOutput, tape, rules)
    let context = whole(headNormBackward(projected, tape, rules))
    record(.headOutputs, context)
    guard request.reachesAttention else { return gradients }

    let attended = try attention.backward(
      tape.windows?.gathered(context) ?? context, through: tape.attention, rules: rules,
      goesPast: request.reachesParts, parameters: request.parameters,
      bias: bias,
      layer: request.attention ? layer : nil, visit: visitAttention)
    guard let attended else { return gradients }
    if request.scoreBias { gradients.scoreBias = attended.scores }
    // Where attention counts as a constant, nothing comes to the scores.
    record(.scores, attended.scores ?? attention.noScores(forRows: attended.parts.shape[0], tape.attention))
    for (index, place) in Request.parts.enumerated() {
      record(place, byToken(attention.part(index, of: attended.parts, attended.transformed), tape.windows))
    }
    guard request.reachesFirstNorm else { return gradients }
    let arranged = attention.inputBackward(attended.parts, through: tape.attention, rules: rules) {
      queryKeyValueInput(tape)
    }
    let ofAttention = tape.windows?.scattered(arranged) ?? arranged
    let attentionInput = order == .parallel ? sum(whole(mlpInput), ofAttention) : ofAttention
    if order != .resPostNorm { record(.firstNorm, attentionInput) }
    if let contraction {
      let projection = branchGradients(
        weights.projection, scale: weights.firstScale,
        x: tape.inputs?.projection ?? projectionInput(tape), gradient: attentionOutput)
      let firstNormed = order == .resPostNorm ? inner.branch : attentionInput
      let expansions = expansionGradients(tape, mlpPass.hidden)
      gradients.parameters = BlockWeights(
        firstNorm: firstNorm.parameterGradients(firstNormed, through: tape.firstNorm),
        queryKeyValue: attention.parameterGradients(
          attended.parts, input: tape.inputs?.queryKeyValue ?? queryKeyValueInput(tape)),
        transforms: zip(weights.transforms, attended.parameters).map { transform, gradients in
          zip(transform, gradients).map { TransformWeight(id: $0.id, tensor: $1) }
        }, headNorm: headNormGradients(projected, tape), projection: projection.linear,
        secondNorm: tape.secondNorm.flatMap { secondNorm?.parameterGradients(secondNormed, through: $0) },
        gate: expansions.count > 1 ? expansions[0] : nil,
        expansion: expansions[expansions.count - 1], mlpNorm: mlpPass.norm,
        contraction: contraction.linear, firstScale: firstScaleGradient(projection.scale, contraction.scale),
        secondScale: contraction.scale)
    }
    guard request.reachesInput else { return gradients }
    let input = enterBackward(
      firstNorm, attentionInput, tape.firstNorm, rules, residual: whole(inner.kept))
    record(.input, input)
    if request.input { gradients.input = input }
    return gradients
  }

  // MARK: - Ends of a branch

  /// The gradient of a branch's end from that of what it adds.
  private func leaveBackward(
    _ norm: LayerNorm?, _ gradient: Tensor, _ tape: LayerNorm.Tape?, _ rules: PropagationRules
  ) -> Tensor {
    guard order == .resPostNorm, let norm, let tape else { return gradient }
    return norm.backward(gradient, through: tape, rule: rules.layerNorm)
  }

  /// The gradient of a branch's input from that of what it sees, and what passes by the branch.
  private func enterBackward(
    _ norm: LayerNorm?, _ gradient: Tensor, _ tape: LayerNorm.Tape?, _ rules: PropagationRules,
    residual: Tensor
  ) -> Tensor {
    guard order != .resPostNorm, let norm, let tape else { return sum(gradient, residual) }
    return norm.backward(gradient, through: tape, rule: rules.layerNorm, residual: residual)
  }

  /// The gradient of what the MLP's second layer sees from that of what the branch ends with.
  private func contractionBackward(
    _ gradient: Tensor, _ tape: Tape, _ rules: PropagationRules
  ) -> TensorBuffer {
    let gradient = scaled(gradient, by: weights.secondScale)
    guard rules.linear != .gradient else { return kernels.applyBackward(weights.contraction, to: gradient) }
    let x = mlp.forward(tape.hidden)
    return kernels.applyBackward(
      weights.contraction, to: gradient, rule: rules.linear, input: x,
      output: kernels.apply(weights.contraction, to: x))
  }

  /// The gradient of what the projection saw of the chosen tokens from that of what the attention's branch ends with.
  private func projectionBackward(_ gradient: Tensor, _ tape: Tape, _ rules: PropagationRules) -> Tensor {
    let gradient = scaled(gradient, by: weights.firstScale)
    guard rules.linear != .gradient else {
      return kernels.applyBackward(weights.projection, to: gradient).freeze()
    }
    let x = projectionInput(tape)
    return kernels.applyBackward(
      weights.projection, to: gradient, rule: rules.linear, input: x,
      output: kernels.apply(weights.projection, to: x)
    ).freeze()
  }

  /// The gradient of the chosen tokens' head outputs from that of what the projection saw.
  private func headNormBackward(_ gradient: Tensor, _ tape: Tape, _ rules: PropagationRules) -> Tensor {
    guard let headNorm, let own = tape.headNorm else { return gradient }
    return headNorm.backward(gradient, through: own, rule: rules.layerNorm)
  }

  // MARK: - What is computed again

  /// What a branch saw of its input.
  private func seen(by norm: LayerNorm?, _ x: Tensor) -> Tensor {
    guard order != .resPostNorm, let norm else { return x }
    return norm.forward(x).output
  }

  /// What the MLP saw.
  private func mlpSeen(_ tape: Tape) -> Tensor {
    guard order == .parallel else { return seen(by: secondNorm, tape.afterAttention) }
    let seen = seen(by: firstNorm, tape.input)
    return tape.selection?.chosen(from: seen) ?? seen
  }

  /// What queries, keys and values were made from.
  private func queryKeyValueInput(_ tape: Tape) -> Tensor {
    let seen = seen(by: firstNorm, tape.input)
    return tape.windows?.gathered(seen) ?? seen
  }

  /// What the projection saw.
  private func projectionInput(_ tape: Tape) -> Tensor {
    if let headNorm, let own = tape.headNorm { return headNorm.forward(own.x).output }
    let arranged = attention.outputs(tape.attention)
    let outputs = tape.windows?.scattered(arranged) ?? arranged
    return tape.selection?.chosen(from: outputs) ?? outputs
  }

  // MARK: - Parameters

  private func expansionGradients(_ tape: Tape, _ hidden: Tensor) -> [Linear] {
    kernels.parameterGradients(
      of: weights.expansions, x: tape.inputs?.expansion ?? mlpSeen(tape), gradient: hidden)
  }

  /// That of the attention's λ, or of the one that both branches of a parallel block have.
  private func firstScaleGradient(_ own: Tensor?, _ second: Tensor?) -> Tensor? {
    guard order == .parallel, let own, let second else { return own }
    return sum(own, second)
  }

  private func headNormGradients(_ gradient: Tensor, _ tape: Tape) -> Norm? {
    guard let headNorm, let own = tape.headNorm else { return nil }
    return headNorm.parameterGradients(gradient, through: own)
  }

  /// The gradients of W, b and λ from that of what the branch ends with, g.
  ///
  /// With G = gᵀ·h and s = Σ_rows g: dW = λ ⊙ G row by row, db = λ ⊙ s, and dλ = Σ_rows g ⊙ (W·h + b) is the sum of
  /// W ⊙ G along each row, and b ⊙ s: the branch's output need not be kept.
  private func branchGradients(
    _ linear: Linear, scale: Tensor?, x: Tensor, gradient: Tensor
  ) -> (linear: Linear, scale: Tensor?) {
    let unscaled = kernels.parameterGradients(x: x, gradient: gradient)
    guard let scale else { return (linear.gradient(weight: unscaled.weight, bias: unscaled.bias), nil) }
    let shape = unscaled.weight.shape
    let weight = Tensor.map(
      [unscaled.weight, scale], to: shape, .operand(0) * .operand(1, each: linear.inputs))
    let bias = Tensor.map([unscaled.bias, scale], to: scale.shape, .operand(0) * .operand(1))
    let sums = Tensor.sum(
      .operand(0) * .operand(1), of: [linear.weight, unscaled.weight], outer: shape[0], middle: shape[1],
      inner: 1)
    let scales = linear.bias.map {
      Tensor.map([$0, unscaled.bias, sums], to: scale.shape, .operand(0) * .operand(1) + .operand(2))
    }
    return (linear.gradient(weight: weight, bias: bias), scales ?? sums.reshaped(to: scale.shape))
  }
}
