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
    let (heads, width) = (x.shape[2], x.shape[3])
    let pairs = width / 2
    let y = apply(to: x, in: context).onHost("rotated queries and keys").elements
    let g = gradient.onHost("gradient of rotated queries and keys").elements
    let places = context.places
    // Column and row of each token of each image; zeros, which don't turn, before the patches.
    let positions = places.table(width: 2, prefix: 0) { [Float($1), Float($0)] }.elements
    var sums = [Double](repeating: 0, count: 2 * heads * pairs)
    for token in 0..<x.shape[0] * x.shape[1] {
      let place = 2 * token % positions.count
      for pair in 0..<heads * pairs {
        let first = token * heads * width + 2 * pair
        let angle = Double(g[first + 1] * y[first]) - Double(g[first] * y[first + 1])
        sums[pair] += angle * Double(positions[place])
        sums[heads * pairs + pair] += angle * Double(positions[place + 1])
      }
    }
    return [Tensor([2, heads, pairs], sums.map { Float($0) })]
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
