import XAICore
import XAITensor

/// How much longer or shorter tokens are behind the value and output projections: ‖z_j·W_V·W_O‖/‖z_j‖ by `[image][token]`.
///
/// z is the block's input; the projections see it behind a layer norm. A token of length 0 weighs nothing.
struct TokenLengths {
  let ratios: [[Float]]

  init(of trace: ForwardTrace, layer: Int) throws(ModelError) {
    let input = try trace.activation(at: ActivationPoint(layer: layer, place: .input))
    let transformed = try trace.activation(at: ActivationPoint(layer: layer, place: .projectedValues))
    ratios = (0..<trace.batchCount).map { image in
      zip(Self.lengths(transformed[image]), Self.lengths(input[image])).map { $1 > 0 ? Float($0 / $1) : 0 }
    }
  }

  /// The lengths of tokens, [N, D].
  private static func lengths(_ tokens: Tensor) -> [Double] {
    Tensor.sums(
      Elementwise.operand(0) * .operand(0), of: [tokens], inDouble: true, rows: tokens.shape[0],
      columns: tokens.shape[1],
      at: "lengths of tokens"
    ).map { $0.squareRoot() }
  }
}
