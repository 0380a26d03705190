import XAITensor

/// What an adapter adds to a matrix: s · B·A, with A of [rank, inputs] and B of [outputs, rank] (Hu and others 2021,
/// arXiv 2106.09685, equation 3).
struct LowRankUpdate: Sendable {
  let file: SafetensorsFile
  /// A.
  let down: StoredTensor
  /// B.
  let up: StoredTensor
  /// s, which is α/r, or α/√r where it is stabilised (Kalajdzievski 2023, arXiv 2312.03732).
  let scale: Float
  /// Whether the matrix is kept as [inputs, outputs].
  let isTransposed: Bool

  /// The shape of the matrix as it is kept.
  var shape: TensorShape { isTransposed ? [down.shape[1], up.shape[0]] : [up.shape[0], down.shape[1]] }

  /// The matrix with the update.
  func added(to matrix: Tensor) throws(SafetensorsError) -> Tensor {
    // (B·A)ᵀ = Aᵀ·Bᵀ: rows are those of the matrix that is kept.
    let (left, right) = (try file.tensor(up.name), try file.tensor(down.name))
    let (rank, rows, columns) = (down.shape[0], shape[0], shape[1])
    return Tensor(matrix.shape) { result in
      matrix.withElements {
        _ = UnsafeMutableBufferPointer(start: result, count: rows * columns).update(from: $0)
      }
      left.withElements { up in
        right.withElements { down in
          for row in 0..<rows {
            let target = result + row * columns
            for k in 0..<rank {
              if isTransposed {
                let factor = scale * down[k * rows + row]
                for column in 0..<columns { target[column] += factor * up[column * rank + k] }
              } else {
                let (factor, source) = (scale * up[row * rank + k], k * columns)
                for column in 0..<columns { target[column] += factor * down[source + column] }
              }
            }
          }
        }
      }
    }
  }
}
