import XAICore
import XAIFoundation
import XAITensor

/// How the halves of a block change tokens in length and direction: `[image][token]`.
struct TransformationEffects {
  /// ‖E_i‖ of the block's input.
  let inputLengths: [[Float]]
  /// W_i from the block's input to the residual sum after the attention.
  let attention: [[Float]]
  /// W_i from there to the block's output.
  let mlp: [[Float]]

  init(of trace: ForwardTrace, layer: Int) throws(ModelError) {
    let input = try trace.activation(at: ActivationPoint(layer: layer, place: .input))
    let middle = try trace.activation(at: ActivationPoint(layer: layer, place: .afterAttention))
    let output = try trace.activation(at: ActivationPoint(layer: layer, place: .output))
    let images = 0..<trace.batchCount
    inputLengths = images.map { image in
      Self.products(input[image], input[image]).map { Float($0.squareRoot()) }
    }
    attention = images.map { Self.weights(from: input[$0], to: middle[$0]) }
    mlp = images.map { Self.weights(from: middle[$0], to: output[$0]) }
  }

  /// ‖Ẽ_i‖/‖E_i‖ · exp cos(E_i, Ẽ_i) / Σ_k exp cos(E_k, Ẽ_k); a token of length 0 has no direction: its cosine is 0.
  static func weights(from before: Tensor, to after: Tensor) -> [Float] {
    let (beforeSquares, afterSquares) = (products(before, before), products(after, after))
    let exponentials = zip(products(before, after), zip(beforeSquares, afterSquares)).map {
      product, squares in
      let lengths = (squares.0 * squares.1).squareRoot()
      return exponential(lengths > 0 ? product / lengths : 0)
    }
    let sum = exponentials.reduce(0, +)
    return exponentials.indices.map { token in
      let length = beforeSquares[token].squareRoot()
      guard length > 0 else { return 0 }
      return Float(afterSquares[token].squareRoot() / length * exponentials[token] / sum)
    }
  }

  /// The scalar products of the tokens of two sequences, [N, D].
  private static func products(_ a: Tensor, _ b: Tensor) -> [Double] {
    Tensor.sums(
      Elementwise.operand(0) * .operand(1), of: [a, b], inDouble: true, rows: a.shape[0], columns: a.shape[1],
      at: "lengths of tokens")
  }
}
