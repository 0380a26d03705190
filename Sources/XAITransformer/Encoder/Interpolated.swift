import XAICore
import XAITensor

/// Interpolates values of places on a grid, [h·w, D], to another grid: along rows, and along columns.
func interpolated(
  _ values: Tensor, from source: Grid, to target: Grid, by interpolation: GridInterpolation
) -> Tensor {
  let shape: Shape = [target.count, values.shape[1]]
  return Tensor(shape) { result in
    result.update(repeating: 0, count: shape.count)
    values.withElements { values in
      interpolation.forEachTap(from: source, to: target) { from, to, weight in
        for d in 0..<shape[1] { result[to * shape[1] + d] += weight * values[from * shape[1] + d] }
      }
    }
  }
}

/// The reverse: the gradient of the values on `source` from that of their interpolation to `target`.
func interpolatedBackward(
  _ gradient: Tensor, from source: Grid, to target: Grid, by interpolation: GridInterpolation
) -> Tensor {
  let shape: Shape = [source.count, gradient.shape[1]]
  return Tensor(shape) { result in
    result.update(repeating: 0, count: shape.count)
    gradient.withElements { gradient in
      interpolation.forEachTap(from: source, to: target) { from, to, weight in
        for d in 0..<shape[1] { result[from * shape[1] + d] += weight * gradient[to * shape[1] + d] }
      }
    }
  }
}

extension GridInterpolation {
  /// Calls `body` with each place of the source that each place of the target is made of, and its weight.
  fileprivate func forEachTap(
    from source: Grid, to target: Grid, _ body: (_ source: Int, _ target: Int, _ weight: Float) -> Void
  ) {
    let columns = taps(from: source.columns, to: target.columns)
    for (y, row) in taps(from: source.rows, to: target.rows).enumerated() {
      for (x, column) in columns.enumerated() {
        for (i, rowWeight) in zip(row.indices, row.weights) {
          for (j, columnWeight) in zip(column.indices, column.weights) {
            body(i * source.columns + j, y * target.columns + x, rowWeight * columnWeight)
          }
        }
      }
    }
  }
}
