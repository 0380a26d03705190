import XAICore
import XAITensor

/// Interpolates position embeddings, [h·w, D], to another grid.
///
/// Bicubic with a = −0.75, half-pixel centres, clamped edges and no antialiasing: what `interpolate_pos_encoding` of
/// Hugging Face's models does with PyTorch's `interpolate(mode="bicubic", align_corners=False)`.
func interpolatedBicubically(_ positions: Tensor, from source: Grid, to target: Grid) -> Tensor {
  let width = positions.shape[1]
  let columns = CubicTap.taps(from: source.columns, to: target.columns)
  let rows = CubicTap.taps(from: source.rows, to: target.rows)
  return Tensor([target.count, width]) { result in
    positions.withElements { positions in
      for (y, row) in rows.enumerated() {
        for (x, column) in columns.enumerated() {
          let cell = result + (y * target.columns + x) * width
          cell.update(repeating: 0, count: width)
          for i in 0..<4 {
            for j in 0..<4 {
              let weight = row.weights[i] * column.weights[j]
              let start = (row.indices[i] * source.columns + column.indices[j]) * width
              for d in 0..<width { cell[d] += weight * positions[start + d] }
            }
          }
        }
      }
    }
  }
}

/// The four samples that one result of a cubic interpolation is made of.
private struct CubicTap {
  let indices: [Int]
  let weights: [Float]

  static func taps(from source: Int, to target: Int) -> [CubicTap] {
    (0..<target).map { index in
      let position = (Float(index) + 0.5) * Float(source) / Float(target) - 0.5
      let base = position.rounded(.down)
      let t = position - base
      return CubicTap(
        indices: (-1...2).map { min(max(Int(base) + $0, 0), source - 1) },
        weights: [far(t + 1), near(t), near(1 - t), far(2 - t)])
    }
  }

  private static let a: Float = -0.75

  /// Keys' kernel for |x| ≤ 1.
  private static func near(_ x: Float) -> Float { ((a + 2) * x - (a + 3)) * x * x + 1 }

  /// Keys' kernel for 1 < |x| < 2.
  private static func far(_ x: Float) -> Float { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
}
