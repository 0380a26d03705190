import XAICore
import XAITensor

/// One pre-norm block: x + Attention(Norm(x)), then that + MLP(Norm(that)).
struct EncoderBlock {
  let weights: BlockWeights
  let heads: Int
  let epsilon: Float
  let kernels: any Kernels

  /// What the reverse pass needs of a forward pass; the rest is cheaper to compute again.
  struct Tape: Sendable {
    /// The block's input, [B, N, D].
    let input: Tensor
    let firstStatistics: RowStatistics
    /// Queries, keys and values, [B, N, 3·D].
    let parts: Tensor
    /// Attention after the softmax, [B, H, N, N].
    let attention: Tensor
    /// The tokens that are gone on with after the attention, n of them; nil for all, n being N.
    let selection: TokenSelection?
    /// The residual sum after the attention, [B, n, D].
    let afterAttention: Tensor
    let secondStatistics: RowStatistics
    /// The MLP's hidden layer before GELU, [B, n, M].
    let hidden: Tensor
    /// The maps to queries, keys and values as they were applied.
    let queryKeyValue: [Linear]
    /// What the linear maps saw, where gradients of parameters will be asked for.
    let inputs: MapInputs?
  }

  /// What the linear maps of a block saw, but for the last, which sees GELU of the hidden layer.
  struct MapInputs: Sendable {
    /// [B, N, D].
    let queryKeyValue: Tensor
    /// [B, n, D].
    let projection: Tensor
    /// [B, n, D].
    let expansion: Tensor
  }

  /// What a forward pass of one block left.
  struct Result {
    let output: Tensor
    let attention: Tensor
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
  ///   - selection: the tokens whose output is needed; nil for all.
  ///   - removedHeads: the head of each image whose output is zero, where there is one; empty for no image.
  ///   - record: called with each point's activations.
  func forward(
    _ x: Tensor, recording: Recording, keeping selection: TokenSelection? = nil, removedHeads: [Int?] = [],
    record: (BlockPoint, Tensor) -> Void = { _, _ in }
  ) -> Result {
    let keepsTape = recording.gradients
    let layout = layout(batch: x.shape[0], tokens: x.shape[1])
    let (normed, firstStatistics) = norm(weights.firstNorm, x)
    record(.firstNorm, normed)

    // One product with dense rows pays for the copy of the weights where there are many rows, as in training and in
    // evaluation: it is a sixth faster than three with strided rows, forward and in reverse.
    let joins = recording.parameters || x.shape[0] * x.shape[1] >= Self.rowsThatPayForJoining
    let maps =
      joins && weights.queryKeyValue.count > 1
      ? [Linear(joining: weights.queryKeyValue)] : weights.queryKeyValue
    let parts = queriesKeysValues(of: normed, maps, layout)
    var scores = TensorBuffer(layout.attentionShape)
    kernels.multiply(
      MatrixOperand(parts, layout.part(0)), MatrixOperand(parts, layout.part(1)).transposed, into: &scores,
      layout.attention, Epilogue(scale: layout.scale))
    kernels.softmax(rowsOf: &scores)
    let attention = scores.freeze()

    let headOutputs = headOutputs(attention, parts, layout, without: removedHeads)
    record(.headOutputs, headOutputs)
    let context = selection?.chosen(from: headOutputs) ?? headOutputs
    let afterAttention = kernels.apply(
      weights.projection, to: context, residual: selection?.chosen(from: x) ?? x)
    record(.afterAttention, afterAttention)

    let (normedAgain, secondStatistics) = norm(weights.secondNorm, afterAttention)
    record(.secondNorm, normedAgain)
    // Without a reverse pass GELU is part of the product, and what went into it is never stored.
    let hidden = kernels.apply(weights.expansion, to: normedAgain, activation: keepsTape ? nil : .gelu)
    let output = kernels.apply(
      weights.contraction, to: keepsTape ? kernels.gelu(hidden) : hidden, residual: afterAttention)
    record(.output, output)

    return Result(
      output: output, attention: attention,
      tape: keepsTape
        ? Tape(
          input: x, firstStatistics: firstStatistics, parts: parts, attention: attention,
          selection: selection, afterAttention: afterAttention, secondStatistics: secondStatistics,
          hidden: hidden,
          queryKeyValue: maps,
          inputs: recording.parameters
            ? MapInputs(queryKeyValue: normed, projection: context, expansion: normedAgain) : nil) : nil)
  }

  /// Rows from which on joining the maps to queries, keys and values takes less time than it saves.
  private static let rowsThatPayForJoining = 1024

  func norm(_ norm: Norm, _ x: Tensor) -> (Tensor, RowStatistics) {
    kernels.layerNorm(x, weight: norm.weight, bias: norm.bias, epsilon: epsilon)
  }

  /// Attention·values of each head, side by side: [B, N, D]; zeros for a head that is removed.
  func headOutputs(
    _ attention: Tensor, _ parts: Tensor, _ layout: AttentionLayout, without removed: [Int?] = []
  ) -> Tensor {
    var context = TensorBuffer(layout.contextShape)
    kernels.multiply(
      MatrixOperand(attention, layout.attention), MatrixOperand(parts, layout.part(2)), into: &context,
      layout.context, .plain)
    for (image, head) in removed.enumerated() {
      guard let head else { continue }
      context.withElements { elements in
        for token in image * layout.tokens..<(image + 1) * layout.tokens {
          let first = token * layout.contextShape[2] + head * layout.headWidth
          for index in first..<first + layout.headWidth { elements[index] = 0 }
        }
      }
    }
    return context.freeze()
  }

  /// Queries, keys and values side by side, [B, N, 3·D], whether there is one map to them or three.
  private func queriesKeysValues(of normed: Tensor, _ maps: [Linear], _ layout: AttentionLayout) -> Tensor {
    var parts = TensorBuffer(layout.partsShape)
    let rows = MatrixOperand(rowsOf: normed)
    var column = 0
    for linear in maps {
      kernels.multiply(
        rows, MatrixOperand(rowsOf: linear.weight).transposed, into: &parts,
        MatrixLayout(
          rows: rows.layout.rows, columns: linear.outputs, rowStride: layout.partsShape[2], offset: column),
        Epilogue(bias: linear.bias))
      column += linear.outputs
    }
    return parts.freeze()
  }
}
