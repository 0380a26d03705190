import XAICore
import XAITensor

/// From the tokens that a block's attention sees to the outputs of its heads, forward and backward.
struct MultiHeadAttention {
  /// A transform with its parameters in a block.
  struct Stage {
    let transform: any AttentionTransform
    let parameters: [Tensor]
  }

  /// One linear layer for queries, keys and values together, or three.
  let queryKeyValue: [Linear]
  let heads: Int
  /// What is done to queries and keys, in order.
  let stages: [Stage]
  let kernels: any Kernels

  /// What the backward pass needs of the forward pass.
  struct Tape: Sendable {
    /// What the linear layers gave: queries, keys and values side by side, [B, N, 3·D].
    let parts: Tensor
    /// What became of queries and keys, each [B, N, H, d]; nil where nothing was done to them.
    let transformed: Transformed?
    /// Attention after the softmax, [B, H, N, N].
    let attention: Tensor
  }

  /// Queries and keys after all transforms, each [B, N, H, d].
  struct Transformed: Sendable {
    let queries: Tensor
    let keys: Tensor
    let places: TokenPlaces
  }

  /// What a forward pass gives.
  struct Result {
    /// The outputs of the heads side by side, [B, N, D].
    let outputs: Tensor
    let parts: Tensor
    let transformed: Transformed?
    /// Where it was to be kept.
    let tape: Tape?
  }

  var width: Int { queryKeyValue.reduce(0) { $0 + $1.outputs } / 3 }
  private var headWidth: Int { width / heads }
  var scale: Float {
    stages.contains(where: \.transform.replacesScale) ? 1 : 1 / Float(headWidth).squareRoot()
  }

  func layout(batch: Int, tokens: Int) -> AttentionLayout {
    AttentionLayout(batch: batch, tokens: tokens, heads: heads, headWidth: headWidth)
  }

  func layout(of parts: Tensor) -> AttentionLayout {
    layout(batch: parts.shape[0], tokens: parts.shape[1])
  }

  // MARK: - Forward

  /// Runs the attention on [B, N, D].
  ///
  /// - Parameters:
  ///   - places: where the tokens come from, for transforms; nil in windows, which have none.
  ///   - bias: added to the scores before the softmax, [1 or B, H, N, N]; nil for none.
  ///   - keepsTape: whether attention and a tape are part of the result.
  func forward(_ x: Tensor, places: TokenPlaces?, bias: Tensor?, keepsTape: Bool) -> Result {
    let layout = layout(batch: x.shape[0], tokens: x.shape[1])
    let parts = kernels.apply(queryKeyValue, to: x)
    let transformed = transformed(parts, places)
    let (outputs, attention) = kernels.attend(
      AttentionOperands(
        queries: queries(parts, transformed, layout), keys: keys(parts, transformed, layout),
        values: MatrixOperand(parts, layout.part(2)), scale: scale, bias: bias.map { layout.bias($0) }),
      keepsAttention: keepsTape)
    return Result(
      outputs: outputs, parts: parts, transformed: transformed,
      tape: attention.map { Tape(parts: parts, transformed: transformed, attention: $0) })
  }

  /// Attention·values of each head, side by side, computed again: [B, N, D].
  func outputs(_ tape: Tape) -> Tensor {
    let layout = layout(of: tape.parts)
    var context = TensorBuffer(layout.contextShape)
    kernels.multiply(
      MatrixOperand(tape.attention, layout.attention), MatrixOperand(tape.parts, layout.part(2)),
      into: &context, layout.context, .plain)
    return context.freeze()
  }

  func queries(_ parts: Tensor, _ transformed: Transformed?, _ layout: AttentionLayout)
    -> MatrixOperand
  {
    transformed.map { MatrixOperand($0.queries, layout.context) } ?? MatrixOperand(parts, layout.part(0))
  }

  func keys(_ parts: Tensor, _ transformed: Transformed?, _ layout: AttentionLayout) -> MatrixOperand {
    transformed.map { MatrixOperand($0.keys, layout.context) } ?? MatrixOperand(parts, layout.part(1))
  }

  // MARK: - Places

  /// Queries (0) and keys (1) as they meet, behind all transforms, or values (2); each [B, N, D], the heads side by side.
  func part(_ index: Int, of parts: Tensor, _ transformed: Transformed?) -> Tensor {
    guard index < 2, let transformed else { return parts.columns(index * width..<(index + 1) * width) }
    return (index == 0 ? transformed.queries : transformed.keys).reshaped(to: layout(of: parts).contextShape)
  }

  /// The scores as the softmax sees them, S = Q·Kᵀ·scale + bias: [B, H, N, N].
  func scores(_ parts: Tensor, _ transformed: Transformed?, bias: Tensor?) -> Tensor {
    let layout = layout(of: parts)
    var scores = TensorBuffer(layout.attentionShape)
    kernels.multiply(
      queries(parts, transformed, layout), keys(parts, transformed, layout).transposed, into: &scores,
      layout.attention, Epilogue(scale: scale, residual: bias.map { layout.bias($0) }))
    return scores.freeze()
  }

  /// The gradient of scores that nothing comes to: zeros, [rows, H, N, N].
  func noScores(forRows rows: Int, _ tape: Tape) -> Tensor {
    Tensor(repeating: 0, layout(batch: rows, tokens: tape.parts.shape[1]).attentionShape)
  }

  // MARK: - Transforms

  private func transformed(_ parts: Tensor, _ places: TokenPlaces?) -> Transformed? {
    guard !stages.isEmpty else { return nil }
    guard let places else {
      fatalError("transforms of queries and keys need to know where tokens come from")
    }
    func throughAll(_ part: AttentionTransformContext.Part) -> Tensor {
      stages.reduce(heads(part, of: parts)) {
        $1.transform.apply(to: $0, in: context(of: $1, part, places))
      }
    }
    return Transformed(queries: throughAll(.queries), keys: throughAll(.keys), places: places)
  }

  func context(
    of stage: Stage, _ part: AttentionTransformContext.Part, _ places: TokenPlaces
  ) -> AttentionTransformContext {
    AttentionTransformContext(part: part, places: places, parameters: stage.parameters, kernels: kernels)
  }

  func columns(of part: AttentionTransformContext.Part) -> Range<Int> {
    part == .queries ? 0..<width : width..<2 * width
  }

  /// Queries or keys as their linear layer gave them, [B, N, H, d].
  func heads(_ part: AttentionTransformContext.Part, of parts: Tensor) -> Tensor {
    parts.columns(columns(of: part)).reshaped(to: layout(of: parts).headsShape)
  }
}
