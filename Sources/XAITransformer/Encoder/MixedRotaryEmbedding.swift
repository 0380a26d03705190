public import XAICore
import XAIFoundation
public import XAITensor

/// Rotary position embeddings whose frequencies are learned: each pair of each head has one by row and one by column.
///
/// Pair k of head h is rotated by x·f_xhk + y·f_yhk, y and x being the row and column of its patch, counted from 0: a pair
/// may so turn along any direction of the image. Tokens before the patches are not rotated. The parameter is `frequencies`,
/// [2, heads, pairs], those by column first.
/// Source: Heo et al. 2024 (arXiv 2403.13298), equation 14, "RoPE-Mixed".
public struct MixedRotaryEmbedding: AttentionTransform {
  /// Pairs are neighbouring elements.
  public init() {}

  /// Frequencies by column and by row.
  public func parameters(headCount: Int, headWidth: Int) -> [AttentionTransformParameter] {
    [AttentionTransformParameter("frequencies", [2, headCount, headWidth / 2], initial: 1)]
  }

  /// Elements of a head make pairs.
  public func reasonAgainst(headCount: Int, headWidth: Int) -> String? {
    headWidth % 2 == 0
      ? nil : "rotary embeddings need heads of an even number of elements, and they have \(headWidth)"
  }

  /// Rotates pairs.
  public func apply(to x: Tensor, in context: AttentionTransformContext) -> Tensor {
    rotated(x, inverted: false, context)
  }

  /// Rotates back: a rotation's transpose is its inverse, and it conserves relevance.
  public func applyBackward(
    _ gradient: Tensor, of x: Tensor, rules: PropagationRules, in context: AttentionTransformContext
  ) -> Tensor { rotated(gradient, inverted: true, context) }

  /// The angle θ of a pair (y₁, y₂) behind the rotation has the gradient g₂·y₁ − g₁·y₂, and θ = x·f_x + y·f_y.
  public func parameterGradients(
    _ gradient: Tensor, of x: Tensor, in context: AttentionTransformContext
  ) -> [Tensor?] {
    let (rows, columns) = (x.shape[0] * x.shape[1], x.shape[2] * x.shape[3] / 2)
    let y = apply(to: x, in: context)
    func half(_ index: Int, of tensor: Tensor) -> Tensor {
      tensor.reshaped(to: [rows * columns, 2]).columns(index..<index + 1)
    }
    let crossed = Elementwise.operand(2) * .operand(3)
    let angles = Tensor.map(
      [half(1, of: gradient), half(0, of: y), half(0, of: gradient), half(1, of: y)],
      to: [rows, columns], .operand(0) * .operand(1) + crossed * .constant(-1))
    // Tokens before the patches are at 0 and don't turn.
    func sum(_ position: @escaping (_ row: Int, _ column: Int) -> Int) -> Tensor {
      let positions = context.places.table(width: 1, prefix: 0) { [Float(position($0, $1))] }
      return context.kernels.columnSums(
        Tensor.map([angles, positions], to: angles.shape, .operand(0) * .operand(1, each: columns)))
    }
    let sums = [sum { _, column in column }, sum { row, _ in row }]
    return [Tensor.gathering([0, 1], of: sums, columns: columns, shape: [2, x.shape[2], x.shape[3] / 2])]
  }

  /// A head of a token counts as a token here, since each has angles of its own.
  private func rotated(_ x: Tensor, inverted: Bool, _ context: AttentionTransformContext) -> Tensor {
    let shape = x.shape
    let angles = rotation(context.places, frequencies: context.parameters[0])
    return context.kernels.rotatePairs(
      of: x.reshaped(to: [shape[0], shape[1] * shape[2], 1, shape[3]]), by: angles, inverted: inverted
    ).reshaped(to: shape)
  }

  /// The angles of each token's pairs, head by head.
  private func rotation(_ places: TokenPlaces, frequencies: Tensor) -> Rotation {
    let (heads, pairs) = (frequencies.shape[1], frequencies.shape[2])
    let ownFrequencies = frequencies.onHost("frequencies of rotary embeddings").elements
    let (byColumn, byRow) = (ownFrequencies.prefix(heads * pairs), ownFrequencies.suffix(heads * pairs))
    func table(_ function: (Double) -> Double, prefix: Float) -> Tensor {
      let values = places.table(width: heads * pairs, prefix: prefix) { row, column in
        (0..<heads * pairs).map {
          let angle = Double(column) * Double(byColumn[$0]) + Double(row) * Double(byRow[heads * pairs + $0])
          return Float(function(angle))
        }
      }
      return values.reshaped(to: [values.shape[0] * heads, pairs])
    }
    return Rotation(
      cosines: table(cosine, prefix: 1), sines: table(sine, prefix: 0), pairing: .adjacent)
  }
}
