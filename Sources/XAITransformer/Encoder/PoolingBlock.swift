import XAICore
import XAITensor

/// An attention pooling, forward and backward.
///
/// Its attention is that of the probe and the N tokens together, of which the probe sees those that are pooled, and each token itself
/// alone: A = [0 a; 0 I]. That is what `TokenLayout.poolingLayer` says, and the probe's row is all that is looked at behind it.
struct PoolingBlock {
  let weights: PoolingWeights
  let attention: MultiHeadAttention
  let firstNorm: LayerNorm
  let secondNorm: LayerNorm
  let mlp: MLP
  /// Tokens before the patches that the probe doesn't see.
  var prefixCount: Int
  let kernels: any Kernels

  init(
    _ weights: PoolingWeights, _ pooling: AttentionPooling, prefixCount: Int, epsilon: Float,
    kernels: any Kernels
  ) {
    self.weights = weights
    self.prefixCount = pooling.pooled == .all ? 0 : prefixCount
    self.kernels = kernels
    attention = MultiHeadAttention(
      queryKeyValue: weights.block.queryKeyValue, heads: pooling.headCount, stages: [], kernels: kernels)
    firstNorm = LayerNorm(norm: weights.block.firstNorm, epsilon: epsilon, kernels: kernels)
    guard let norm = weights.block.secondNorm else { fatalError("a pooling has a norm before its MLP") }
    secondNorm = LayerNorm(norm: norm, epsilon: epsilon, kernels: kernels)
    mlp = MLP(pooling.mlp, norm: nil, kernels: kernels)
  }

  /// What the backward pass needs of a forward pass; the rest is computed again.
  struct Tape: Sendable {
    let firstNorm: LayerNorm.Tape
    /// The probe and the normalised tokens, [B, 1 + N, D].
    let tokens: Tensor
    let attention: MultiHeadAttention.Tape
    /// o, [B, 1, D].
    let attended: Tensor
    let secondNorm: LayerNorm.Tape
    /// The MLP's hidden layer before what is between its layers, [B, 1, M].
    let hidden: Tensor
    /// The features, [B, 1, D].
    let output: Tensor
  }

  /// What a forward pass leaves.
  struct Result {
    /// The features, [B, 1, D].
    let output: Tensor
    /// Where it was to be kept, [B, heads, 1 + N, 1 + N].
    let attention: Tensor?
    let tape: Tape?
  }

  /// What a backward pass gives.
  struct Gradients {
    var block = BlockGradients()
    /// That of the probe, [D]; where those of parameters were asked for.
    var probe: Tensor?
  }

  // MARK: - Forward

  /// Pools tokens, [B, N, D].
  ///
  /// - Parameters:
  ///   - recording: says whether a backward pass will follow.
  ///   - keepsAttention: whether the attention is part of the result; for a backward pass it always is.
  ///   - removedHeads: the heads of each image whose outputs are zero; empty for no image.
  ///   - masks: weights of the tokens, [B, N], that what the attention sees of them is multiplied by, x then being [1, N, D]; nil
  ///     for none, and for a backward pass.
  ///   - record: called with each place and what is there, of the probe and the tokens; it is made where it is looked at.
  func forward(
    _ x: Tensor, recording: Recording, keepsAttention: Bool = false, removedHeads: [[Int]] = [],
    masks: Tensor? = nil,
    record: (Place, @autoclosure () -> Tensor) -> Void = { _, _ in }
  ) -> Result {
    record(.input, x.adding(first: weights.probe))
    let (normed, firstTape) = firstNorm.forward(x)
    let tokens = (masks.map(normed.masked) ?? normed).adding(first: weights.probe)
    record(.firstNorm, tokens)
    let probe = probe(among: tokens)
    let attended = attention.forward(
      tokens, places: nil, bias: mask(tokens.shape[1]), keepsTape: recording.gradients || keepsAttention)
    for (index, place) in EncoderBlock.Request.parts.enumerated() {
      record(place, attention.part(index, of: attended.parts, nil))
    }
    record(.projectedValues, projectedValues(attended.parts))
    let context = probe.chosen(from: attended.outputs).removing(removedHeads, of: attention.heads)
    record(.headOutputs, probe.scattered(context))
    let summary = kernels.apply(weights.block.projection, to: context)
    record(.afterAttention, x.adding(first: summary))
    let (mlpInput, secondTape) = secondNorm.forward(summary)
    record(.secondNorm, probe.scattered(mlpInput))
    let hidden = kernels.apply(weights.block.expansion, to: mlpInput)
    let mapped = mlp.forward(hidden)
    record(.mlpHidden, probe.scattered(mapped))
    let output = kernels.apply(weights.block.contraction, to: mapped, residual: summary)
    record(.output, x.adding(first: output))
    let tape = attended.tape.flatMap { attention in
      recording.gradients
        ? Tape(
          firstNorm: firstTape, tokens: tokens, attention: attention, attended: summary,
          secondNorm: secondTape, hidden: hidden, output: output) : nil
    }
    return Result(output: output, attention: attended.tape?.attention, tape: tape)
  }

  private func probe(among tokens: Tensor) -> TokenSelection {
    TokenSelection(tokens: [0], count: tokens.shape[1])
  }

  /// Values behind the output projection without its bias, [B, 1 + N, D].
  private func projectedValues(_ parts: Tensor) -> Tensor {
    kernels.apply(
      Linear(weight: weights.block.projection.weight, bias: nil), to: attention.part(2, of: parts, nil))
  }

  /// What keeps the probe from seeing itself and the prefix, and each token from seeing any but itself, [1, heads, 1 + N, 1 + N]:
  /// so much less than any score that nothing is left of their attention.
  private func mask(_ count: Int) -> Tensor {
    let one = Tensor([count, count]) { mask in
      for row in 0..<count {
        for column in 0..<count {
          let isSeen = row == 0 ? column > prefixCount : column == row
          mask[row * count + column] = isSeen ? 0 : -1e9
        }
      }
    }
    return .map([one], to: [1, attention.heads, count, count], .operand(0))
  }

  // MARK: - Backward

  /// Passes the gradient of the features, [k·B, 1, D] target-major, to the tokens, [k·B, N, D].
  ///
  /// Nothing comes to the tokens but by the attention: behind it no one reads them.
  ///
  /// - Parameters:
  ///   - layer: its place in the model.
  ///   - visitAttention: lent the attention and its gradient, [k·B, heads, 1 + N, 1 + N], where the request asks for it; what the
  ///     mask makes a constant has a gradient of zero.
  func backward(
    _ gradient: Tensor, through tape: Tape, rules: PropagationRules, requesting request: EncoderBlock.Request,
    layer: Int, visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var gradients = Gradients()
    let (block, probe) = (weights.block, probe(among: tape.tokens))
    func record(_ place: Place, _ gradient: @autoclosure () -> Tensor) {
      if request.activations.contains(place) { gradients.block.activations[place] = gradient() }
    }
    record(.output, probe.scattered(gradient))
    guard request.reachesMLP else { return gradients }

    let shares = ResidualShares(gradient, of: tape.attended, in: tape.output, rule: rules.residual)
    let mapped = mlp.forward(tape.hidden)
    let ofMapped = kernels.applyBackward(
      block.contraction, to: shares.branch, rule: rules.linear, input: mapped,
      output: kernels.apply(block.contraction, to: mapped)
    ).freeze()
    record(.mlpHidden, probe.scattered(ofMapped))
    let ofHidden = mlp.backward(TensorBuffer(reusing: ofMapped), tape.hidden, rules, givesOutput: false)
      .hidden
    let mlpInput = secondNorm.forward(tape.attended).output
    let ofInput = kernels.applyBackward(
      block.expansion, to: ofHidden, rule: rules.linear, input: mlpInput, output: tape.hidden
    ).freeze()
    record(.secondNorm, probe.scattered(ofInput))
    let attended = secondNorm.backward(
      ofInput, through: tape.secondNorm, rule: rules.layerNorm, residual: shares.kept)
    record(.afterAttention, probe.scattered(attended))
    guard request.reachesHeadOutputs else { return gradients }

    // Computed again only where a rule or a parameter needs it.
    func context() -> Tensor { probe.chosen(from: attention.outputs(tape.attention)) }
    let ofContext = probe.scattered(
      kernels.applyBackward(
        block.projection, to: attended, rule: rules.linear, input: context(),
        output: kernels.apply(block.projection, to: context())
      ).freeze())
    record(.headOutputs, ofContext)
    guard request.reachesAttention else { return gradients }

    let passed = try attention.backward(
      ofContext, through: tape.attention, rules: rules, goesPast: request.reachesFirstNorm, parameters: false,
      bias: { mask(tape.tokens.shape[1]) }, layer: request.attention ? layer : nil
    ) { try visitAttention(withoutConstants($0)) }
    guard let passed else { return gradients }
    let tokens = attention.inputBackward(passed.parts, through: tape.attention, rules: rules) { tape.tokens }
    record(.firstNorm, tokens)
    let ofNormed = TokenSelection(tokens: Array(1..<probe.count), count: probe.count).chosen(from: tokens)
    let ofProbe = probe.chosen(from: tokens)
    if request.parameters {
      func linear(_ layer: Linear, _ x: Tensor, _ gradient: Tensor) -> Linear {
        let (weight, bias) = kernels.parameterGradients(x: x, gradient: gradient)
        return layer.gradient(weight: weight, bias: bias)
      }
      gradients.probe = kernels.columnSums(ofProbe)
      gradients.block.parameters = BlockWeights(
        firstNorm: firstNorm.parameterGradients(ofNormed, through: tape.firstNorm),
        queryKeyValue: attention.parameterGradients(passed.parts, input: tape.tokens), transforms: [],
        projection: linear(block.projection, context(), attended),
        secondNorm: secondNorm.parameterGradients(ofInput, through: tape.secondNorm),
        expansion: linear(block.expansion, mlpInput, ofHidden),
        contraction: linear(block.contraction, mapped, shares.branch))
    }
    guard request.reachesInput else { return gradients }
    let input = firstNorm.backward(ofNormed, through: tape.firstNorm, rule: rules.layerNorm)
    record(.input, input.adding(first: ofProbe))
    if request.input { gradients.block.input = input }
    return gradients
  }

  /// The gradient without that of the probe's attention to itself and the prefix, which the mask keeps at 0.
  private func withoutConstants(_ visited: AttentionGradient) -> AttentionGradient {
    let count = visited.gradient.shape[2]
    let kept = Tensor([count * count]) { kept in
      for index in 0..<count * count { kept[index] = index <= prefixCount ? 0 : 1 }
    }
    return AttentionGradient(
      layer: visited.layer, attention: visited.attention,
      gradient: .map(
        [visited.gradient, kept], to: visited.gradient.shape, Elementwise.operand(0) * .operand(1)))
  }
}

// MARK: - The probe among other tokens

extension Tensor {
  /// Tokens behind another one: [B, N, D] to [B, 1 + N, D].
  ///
  /// - Parameter first: one for each image, [B, 1, D], or one for all; nil for zeros.
  func adding(first: Tensor?) -> Tensor {
    let (batch, count, width) = (shape[0], shape[1], shape[2])
    let isOwn = first.map { $0.count == batch * width } ?? false
    let places = (0..<batch).flatMap { image in
      [first == nil ? -1 : batch * count + (isOwn ? image : 0)]
        + (image * count..<(image + 1) * count)
    }
    return Tensor.gathering(
      places, of: [self] + (first.map { [$0] } ?? []), columns: width, shape: [batch, count + 1, width])
  }

  /// Matrices of pairs of tokens with another one before them: [R, H, N, N] to [R, H, 1 + N, 1 + N].
  ///
  /// - Parameter diagonal: what its own entry is; all others of its row and column are 0.
  func addingPair(diagonal: Float) -> Tensor {
    let (matrices, count) = (shape[0] * shape[1], shape[2])
    let places = (0..<matrices).flatMap { [-1] + ($0 * count..<($0 + 1) * count) }
    let rows = gathering(places, columns: count, shape: [matrices, count + 1, count])
    let wider: TensorShape = [shape[0], shape[1], count + 1, count + 1]
    let empty = Tensor([(count + 1) * (count + 1)]) { entries in
      for index in 0..<(count + 1) * (count + 1) { entries[index] = index == 0 ? diagonal : 0 }
    }
    var buffer = TensorBuffer(reusing: .map([empty], to: wider, .operand(0)))
    buffer.replace(columns: 1..<count + 1, ofRows: count + 1, by: rows)
    return buffer.freeze()
  }
}
