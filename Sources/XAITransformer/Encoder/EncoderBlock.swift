package import XAICore
package import XAITensor

/// One block, which adds to its tokens what attention makes of them, and then what an MLP does.
///
/// Norms stand before the branches, x + f(Norm(x)), or after them, x + Norm(f(x)). In a parallel block both branches see one
/// norm of its input, x + f(n) + g(n), and the sum behind the attention is x + f(n). The end of a branch is a linear layer
/// W·h + b, or λ ⊙ (W·h + b) with layer scale. λ is not folded into W, which would copy most of the weights as the model is
/// loaded: the pass over the tokens that it costs here is short beside the product.
package struct EncoderBlock {
  package let weights: BlockWeights
  let order: VisionTransformerConfiguration.NormOrder
  let attention: MultiHeadAttention
  /// Of the heads' outputs side by side, before their projection; nil where there is none.
  let headNorm: LayerNorm?
  let firstNorm: LayerNorm
  /// Nil where both branches see the first.
  let secondNorm: LayerNorm?
  let mlp: MLP
  let kernels: any Kernels

  package init(
    weights: BlockWeights, heads: Int, epsilon: Float,
    order: VisionTransformerConfiguration.NormOrder = .preNorm,
    mlp: VisionTransformerConfiguration.MLP = .gelu, transforms: [any AttentionTransform] = [],
    kernels: any Kernels
  ) {
    self.weights = weights
    self.order = order
    self.kernels = kernels
    attention = MultiHeadAttention(
      queryKeyValue: weights.queryKeyValue, heads: heads,
      stages: zip(transforms, weights.transforms).map { .init(transform: $0, parameters: $1.map(\.tensor)) },
      kernels: kernels)
    func layerNorm(_ norm: Norm) -> LayerNorm { LayerNorm(norm: norm, epsilon: epsilon, kernels: kernels) }
    (firstNorm, secondNorm) = (layerNorm(weights.firstNorm), weights.secondNorm.map(layerNorm))
    headNorm = weights.headNorm.map(layerNorm)
    self.mlp = MLP(mlp, norm: weights.mlpNorm.map(layerNorm), kernels: kernels)
  }

  /// What the backward pass needs of a forward pass; the rest is cheaper to compute again.
  package struct Tape: Sendable {
    /// The block's input, [B, N, D].
    let input: Tensor
    let firstNorm: LayerNorm.Tape
    /// Windows that attention stays in; nil for none.
    let windows: AttentionWindows?
    /// Of B images, or of B·windows.
    let attention: MultiHeadAttention.Tape
    /// The tokens kept after the attention, n of them; nil for all, n being N.
    let selection: TokenSelection?
    /// Of the norm of the heads' outputs, where there is one.
    let headNorm: LayerNorm.Tape?
    /// The residual sum after the attention, [B, n, D].
    let afterAttention: Tensor
    /// Nil where there is no second norm.
    let secondNorm: LayerNorm.Tape?
    /// The MLP's hidden layer before what is between its layers, [B, n, M] or twice as wide.
    let hidden: Tensor
    /// The block's output, [B, n, D].
    let output: Tensor
    /// What the linear layers saw, where gradients of parameters will be asked for.
    let inputs: MapInputs?
  }

  /// What the linear layers of a block saw, except the last, which sees the activated hidden layer.
  struct MapInputs: Sendable {
    /// [B, N, D], or [B·windows, slots, D].
    let queryKeyValue: Tensor
    /// [B, n, D].
    let projection: Tensor
    /// [B, n, D].
    let expansion: Tensor
  }

  /// What a forward pass of one block left.
  package struct Result {
    package let output: Tensor
    /// Where it was to be kept.
    package let attention: Tensor?
    package let tape: Tape?
  }

  /// Runs the block on [B, N, D].
  ///
  /// - Parameters:
  ///   - recording: says whether a backward pass will follow, and whether for parameters.
  ///   - keepsAttention: whether the attention is part of the result; for a backward pass it always is.
  ///   - selection: the tokens whose output is needed; nil for all.
  ///   - windows: where attention stays in; nil where every token attends to every other.
  ///   - places: where the tokens come from, for transforms of queries and keys.
  ///   - bias: added to the scores before the softmax, [1 or B, H, N, N], or [1 or windows, H, slots, slots]; nil for none.
  ///   - removedHeads: the heads of each image whose outputs are zero; empty for no image.
  ///   - masks: weights of the tokens, [B, N], that x and what the first branch sees of it are multiplied by, x then being
  ///     [1, N, D]; nil for none, and for a backward pass.
  ///   - record: called with each place and what is there, which is made where it is looked at.
  package func forward(
    _ x: Tensor, recording: Recording, keepsAttention: Bool = false, keeping selection: TokenSelection? = nil,
    windows: AttentionWindows? = nil, places: TokenPlaces? = nil, bias: Tensor? = nil,
    removedHeads: [[Int]] = [], masks: Tensor? = nil,
    record: (Place, @autoclosure () -> Tensor) -> Void = { _, _ in }
  ) -> Result {
    let keepsTape = recording.gradients
    record(.input, x)
    let (entered, firstEntry) = enter(firstNorm, x) { record(.firstNorm, $0) }
    let (x, seen) = masks.map { (x.masked(by: $0), entered.masked(by: $0)) } ?? (x, entered)
    let arranged = windows?.gathered(seen) ?? seen
    let attended = attention.forward(
      arranged, places: places, bias: bias, keepsTape: keepsTape || keepsAttention)
    let attentionTape = attended.tape
    for (index, place) in Request.parts.enumerated() {
      record(place, byToken(attention.part(index, of: attended.parts, attended.transformed), windows))
    }
    record(.scores, attention.scores(attended.parts, attended.transformed, bias: bias))
    record(.projectedValues, projectedValues(attended.parts, windows))
    let headOutputs = (windows?.scattered(attended.outputs) ?? attended.outputs).removing(
      removedHeads, of: attention.heads)
    record(.headOutputs, headOutputs)
    let chosen = selection?.chosen(from: headOutputs) ?? headOutputs
    let normed = headNorm?.forward(chosen)
    let context = normed?.output ?? chosen
    let (afterAttention, firstEnd) = leave(
      firstNorm, weights.projection, of: context, scale: weights.firstScale,
      onto: selection?.chosen(from: x) ?? x
    ) { record(.firstNorm, $0) }
    record(.afterAttention, afterAttention)

    let (mlpInput, secondEntry) =
      order == .parallel
      ? (selection?.chosen(from: seen) ?? seen, nil)
      : enter(secondNorm, afterAttention) { record(.secondNorm, $0) }
    // Without a backward pass GELU is part of the product, and what went into it is never stored.
    let fused = keepsTape ? nil : mlp.fusedActivation
    let hidden = kernels.apply(weights.expansions, to: mlpInput, activation: fused)
    let mapped = fused == nil ? mlp.forward(hidden) : hidden
    record(.mlpHidden, mapped)
    let (output, secondEnd) = leave(
      secondNorm, weights.contraction, of: mapped, scale: weights.secondScale, onto: afterAttention
    ) { record(.secondNorm, $0) }
    record(.output, output)

    guard keepsTape, let attentionTape, let firstTape = firstEntry ?? firstEnd else {
      return Result(output: output, attention: attentionTape?.attention, tape: nil)
    }
    return Result(
      output: output, attention: attentionTape.attention,
      tape: Tape(
        input: x, firstNorm: firstTape, windows: windows, attention: attentionTape, selection: selection,
        headNorm: normed?.tape, afterAttention: afterAttention, secondNorm: secondEntry ?? secondEnd,
        hidden: hidden, output: output,
        inputs: recording.parameters
          ? MapInputs(queryKeyValue: arranged, projection: context, expansion: mlpInput) : nil))
  }

  /// What a branch sees of its input; with its tape where the norm stands there.
  private func enter(
    _ norm: LayerNorm?, _ x: Tensor, record: (Tensor) -> Void
  ) -> (output: Tensor, tape: LayerNorm.Tape?) {
    guard order != .resPostNorm, let norm else { return (x, nil) }
    let (normed, tape) = norm.forward(x)
    record(normed)
    return (normed, tape)
  }

  /// What a branch ends with, on the residual stream; with the norm's tape where it stands there.
  private func leave(
    _ norm: LayerNorm?, _ linear: Linear, of h: Tensor, scale: Tensor?, onto residual: Tensor,
    record: (Tensor) -> Void
  ) -> (output: Tensor, tape: LayerNorm.Tape?) {
    if order == .resPostNorm, let norm {
      let (normed, tape) = norm.forward(kernels.apply(linear, to: h))
      record(normed)
      return (sum(normed, residual), tape)
    }
    guard let scale else { return (kernels.apply(linear, to: h, residual: residual), nil) }
    return (kernels.scaleColumns(of: kernels.apply(linear, to: h), by: scale, adding: residual), nil)
  }

  func sum(_ a: consuming Tensor, _ b: Tensor) -> Tensor {
    var sum = TensorBuffer(reusing: consume a)
    kernels.add(b, to: &sum)
    return sum.freeze()
  }

  /// The gradient of W·h + b: λ ⊙ gradient.
  func scaled(_ gradient: Tensor, by scale: Tensor?) -> Tensor {
    guard let scale else { return gradient }
    return kernels.scaleColumns(of: gradient, by: scale, adding: nil)
  }
}

extension Tensor {
  /// The tokens of an image under masks: [1, N, D] with [B, N] to [B, N, D].
  func masked(by masks: Tensor) -> Tensor {
    let width = shape[2]
    return Tensor.map(
      [self, masks], to: [masks.shape[0], shape[1], width], .operand(0) * .operand(1, each: width))
  }

  /// The outputs of heads, [B, N, D], with zeros for the head of each image that is removed.
  func removing(_ removed: [[Int]], of heads: Int) -> Tensor {
    guard removed.contains(where: { !$0.isEmpty }) else { return self }
    let places = (0..<shape[0] * shape[1] * heads).map { place in
      removed[place / (shape[1] * heads)].contains(place % heads) ? -1 : place
    }
    return gathering(places, columns: shape[2] / heads, shape: shape)
  }
}
