import XAICore
import XAITensor

/// Where the matrices of multi-head attention lie: heads are read and written in place, by strides.
struct AttentionLayout {
  /// Images, or rows of a backward pass.
  let batch: Int
  /// Tokens.
  let tokens: Int
  let heads: Int
  let headWidth: Int

  private var width: Int { heads * headWidth }

  /// Queries (0), keys (1) or values (2) of each head in [B, N, 3·D]: [N, d] matrices.
  func part(_ index: Int) -> MatrixLayout {
    MatrixLayout(
      rows: tokens, columns: headWidth, rowStride: 3 * width, offset: index * width,
      outer: .init(count: batch, stride: tokens * 3 * width), inner: .init(count: heads, stride: headWidth))
  }

  /// Attention of each head in [B, H, N, N].
  var attention: MatrixLayout {
    MatrixLayout(
      rows: tokens, columns: tokens, outer: .init(count: batch, stride: heads * tokens * tokens),
      inner: .init(count: heads, stride: tokens * tokens))
  }

  /// A bias of the scores, [1 or B, H, N, N]; one serves all images.
  func bias(_ tensor: Tensor) -> MatrixOperand {
    var layout = attention
    layout.outer.count = tensor.shape[0]
    return MatrixOperand(tensor, layout)
  }

  /// Outputs of each head in [B, N, D], or its queries or keys by themselves: [N, d] matrices.
  var context: MatrixLayout {
    MatrixLayout(
      rows: tokens, columns: headWidth, rowStride: width, outer: .init(count: batch, stride: tokens * width),
      inner: .init(count: heads, stride: headWidth))
  }

  var attentionShape: TensorShape { [batch, heads, tokens, tokens] }
  var contextShape: TensorShape { [batch, tokens, width] }
  var partsShape: TensorShape { [batch, tokens, 3 * width] }
  /// Queries or keys by head, which are [B, N, D] in another shape.
  var headsShape: TensorShape { [batch, tokens, heads, headWidth] }
}

extension MatrixLayout {
  /// The layout that starts `offset` elements later.
  func advanced(by offset: Int) -> MatrixLayout {
    var layout = self
    layout.offset += offset
    return layout
  }
}

/// Tokens in the order of their windows' slots, and back.
extension AttentionWindows {
  /// The tokens of each window, with zeros for padding: [R, N, D] to [R·windows, slots, D].
  func gathered(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0], x.shape[2])
    return x.gathering(
      (0..<rows).flatMap { row in tokens.map { $0 < 0 ? -1 : row * grid.count + $0 } }, columns: width,
      shape: [rows * count, size, width])
  }

  /// The reverse, without what is in the slots of padding: [R·windows, slots, D] to [R, N, D].
  func scattered(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0] / count, x.shape[2])
    var places = [Int](repeating: -1, count: rows * grid.count)
    for row in 0..<rows {
      for (slot, token) in tokens.enumerated() where token >= 0 {
        places[row * grid.count + token] = row * tokens.count + slot
      }
    }
    return x.gathering(places, columns: width, shape: [rows, grid.count, width])
  }
}
