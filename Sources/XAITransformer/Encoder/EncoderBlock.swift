import XAICore
import XAITensor

/// One pre-norm block: x + Attention(Norm(x)), then that + MLP(Norm(that)).
struct EncoderBlock {
  let weights: BlockWeights
  let mlp: VisionTransformerConfiguration.MLP
  let heads: Int
  let epsilon: Float
  let kernels: any Kernels

  /// What the reverse pass needs of a forward pass; the rest is cheaper to compute again.
  struct Tape: Sendable {
    /// The block's input, [B, N, D].
    let input: Tensor
    let firstStatistics: RowStatistics
    /// Windows that attention stays in; nil for none.
    let windows: AttentionWindows?
    /// Queries, keys and values, [B, N, 3·D], or [B·windows, slots, 3·D].
    let parts: Tensor
    /// Attention after the softmax, [B, H, N, N], or [B·windows, H, slots, slots].
    let attention: Tensor
    /// The tokens that are gone on with after the attention, n of them; nil for all, n being N.
    let selection: TokenSelection?
    /// The residual sum after the attention, [B, n, D].
    let afterAttention: Tensor
    let secondStatistics: RowStatistics
    /// The MLP's hidden layer before what is between its maps, [B, n, M] or twice as wide.
    let hidden: Tensor
    /// The block's output, [B, n, D].
    let output: Tensor
    /// What the linear maps saw, where gradients of parameters will be asked for.
    let inputs: MapInputs?
  }

  /// What the linear maps of a block saw, but for the last, which sees what is made of the hidden layer.
  struct MapInputs: Sendable {
    /// [B, N, D], or [B·windows, slots, D].
    let queryKeyValue: Tensor
    /// [B, n, D].
    let projection: Tensor
    /// [B, n, D].
    let expansion: Tensor
  }

  /// What a forward pass of one block left.
  struct Result {
    let output: Tensor
    /// Where it was to be kept.
    let attention: Tensor?
    let tape: Tape?
  }

  func layout(batch: Int, tokens: Int) -> AttentionLayout {
    AttentionLayout(
      batch: batch, tokens: tokens, heads: heads, headWidth: weights.projection.inputs / heads)
  }

  /// Runs the block on [B, N, D].
  ///
  /// - Parameters:
  ///   - recording: says whether a reverse pass will follow, and whether for parameters.
  ///   - keepsAttention: whether the attention is part of the result; for a reverse pass it always is.
  ///   - selection: the tokens whose output is needed; nil for all.
  ///   - windows: where attention stays in; nil where every token attends to every other.
  ///   - bias: added to the scores before the softmax, [1 or B, H, N, N], or [1 or windows, H, slots, slots]; nil for none.
  ///   - removedHeads: the head of each image whose output is zero, where there is one; empty for no image.
  ///   - record: called with each place and what is there, which is made where it is looked at.
  func forward(
    _ x: Tensor, recording: Recording, keepsAttention: Bool = false, keeping selection: TokenSelection? = nil,
    windows: AttentionWindows? = nil, bias: Tensor? = nil,
    removedHeads: [Int?] = [],
    record: (Place, @autoclosure () -> Tensor) -> Void = { _, _ in }
  ) -> Result {
    let keepsTape = recording.gradients
    let layout = layout(batch: x.shape[0] * (windows?.count ?? 1), tokens: windows?.size ?? x.shape[1])
    record(.input, x)
    let (normed, firstStatistics) = norm(weights.firstNorm, x)
    record(.firstNorm, normed)

    let arranged = windows?.gathered(normed) ?? normed
    let parts = queriesKeysValues(of: arranged, layout)
    for (index, place) in Request.parts.enumerated() { record(place, part(index, of: parts, windows)) }
    record(.scores, scores(parts, layout, bias: bias))
    record(.projectedValues, projectedValues(parts, windows))
    let (outputs, attention) = kernels.attend(
      AttentionOperands(
        queries: MatrixOperand(parts, layout.part(0)), keys: MatrixOperand(parts, layout.part(1)),
        values: MatrixOperand(parts, layout.part(2)), scale: layout.scale, bias: bias.map { layout.bias($0) }),
      keepsAttention: keepsTape || keepsAttention)
    let headOutputs = without(removedHeads, windows?.scattered(outputs) ?? outputs, layout)
    record(.headOutputs, headOutputs)
    let context = selection?.chosen(from: headOutputs) ?? headOutputs
    let afterAttention = branch(
      weights.projection, of: context, scale: weights.firstScale, onto: selection?.chosen(from: x) ?? x)
    record(.afterAttention, afterAttention)

    let (normedAgain, secondStatistics) = norm(weights.secondNorm, afterAttention)
    record(.secondNorm, normedAgain)
    // Without a reverse pass GELU is part of the product, and what went into it is never stored.
    let fusesGELU = !keepsTape && mlp == .gelu
    let hidden = kernels.apply(weights.expansion, to: normedAgain, activation: fusesGELU ? .gelu : nil)
    let mapped = fusesGELU ? hidden : activated(hidden)
    record(.mlpHidden, mapped)
    let output = branch(
      weights.contraction, of: mapped, scale: weights.secondScale, onto: afterAttention)
    record(.output, output)

    return Result(
      output: output, attention: attention,
      tape: attention.flatMap { attention in
        guard keepsTape else { return nil }
        return Tape(
          input: x, firstStatistics: firstStatistics, windows: windows, parts: parts, attention: attention,
          selection: selection, afterAttention: afterAttention, secondStatistics: secondStatistics,
          hidden: hidden, output: output,
          inputs: recording.parameters
            ? MapInputs(queryKeyValue: arranged, projection: context, expansion: normedAgain) : nil)
      })
  }

  func norm(_ norm: Norm, _ x: Tensor) -> (Tensor, RowStatistics) {
    kernels.layerNorm(x, weight: norm.weight, bias: norm.bias, epsilon: epsilon)
  }

  /// Attention·values of each head, side by side: [B, N, D].
  func headOutputs(_ attention: Tensor, _ parts: Tensor, _ layout: AttentionLayout) -> Tensor {
    var context = TensorBuffer(layout.contextShape)
    kernels.multiply(
      MatrixOperand(attention, layout.attention), MatrixOperand(parts, layout.part(2)), into: &context,
      layout.context, .plain)
    return context.freeze()
  }

  /// The outputs of the heads, [B, N, D], with zeros for the head of each image that is removed.
  private func without(_ removed: [Int?], _ outputs: consuming Tensor, _ layout: AttentionLayout) -> Tensor {
    guard removed.contains(where: { $0 != nil }) else { return outputs }
    let (tokens, width) = (outputs.shape[1], outputs.shape[2])
    var context = TensorBuffer(reusing: consume outputs)
    for (image, head) in removed.enumerated() {
      guard let head else { continue }
      context.withElements { elements in
        for token in image * tokens..<(image + 1) * tokens {
          let first = token * width + head * layout.headWidth
          for index in first..<first + layout.headWidth { elements[index] = 0 }
        }
      }
    }
    return context.freeze()
  }

  /// Queries, keys and values side by side, [B, N, 3·D], whether there is one map to them or three.
  private func queriesKeysValues(of normed: Tensor, _ layout: AttentionLayout) -> Tensor {
    var parts = TensorBuffer(layout.partsShape)
    let rows = MatrixOperand(rowsOf: normed)
    var column = 0
    for linear in weights.queryKeyValue {
      kernels.multiply(
        rows, MatrixOperand(forwardOf: linear.weight), into: &parts,
        MatrixLayout(
          rows: rows.layout.rows, columns: linear.outputs, rowStride: layout.partsShape[2], offset: column),
        Epilogue(bias: linear.bias))
      column += linear.outputs
    }
    return parts.freeze()
  }
}
