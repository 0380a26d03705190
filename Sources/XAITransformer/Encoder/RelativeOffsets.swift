import XAICore
import XAITensor

/// Which row of a table of relative position bias serves a query and a key (see `PositionBias`).
///
/// Tokens are the class token and the patches of a grid of h × w. Of a query at row y and column x and a key at y′ and x′
/// it is (y − y′ + h − 1)·(2w − 1) + (x − x′ + w − 1); behind these come class token to patch, patch to class token, and
/// class token to itself. Windows of patches have no class token, and none of these rows.
struct RelativeOffsets {
  let grid: Grid
  var hasClassToken = true

  /// Offsets between patches, as a grid.
  private var offsets: Grid { Grid(rows: 2 * grid.rows - 1, columns: 2 * grid.columns - 1) }
  /// Rows of a table.
  var count: Int { offsets.count + (hasClassToken ? 3 : 0) }
  private var tokenCount: Int { grid.count + (hasClassToken ? 1 : 0) }

  /// The bias of scores, [1, H, N, N], that a table gives, [offsets, H].
  func scores(from table: Tensor) -> Tensor {
    let (heads, indices) = (table.shape[1], rowIndices())
    return Tensor([1, heads, tokenCount, tokenCount]) { scores in
      table.withElements { table in
        for head in 0..<heads {
          let start = scores + head * indices.count
          for (pair, row) in indices.enumerated() { start[pair] = table[row * heads + head] }
        }
      }
    }
  }

  /// The reverse: from the gradient of the scores' bias, [H, N, N], to that of the table, [offsets, H].
  func table(from gradient: Tensor) -> Tensor {
    let (heads, indices) = (gradient.shape[0], rowIndices())
    let shape: Shape = [count, heads]
    return Tensor(shape) { table in
      table.update(repeating: 0, count: shape.count)
      gradient.withElements { gradient in
        for head in 0..<heads {
          for (pair, row) in indices.enumerated() {
            table[row * heads + head] += gradient[head * indices.count + pair]
          }
        }
      }
    }
  }

  /// A table for another grid: offsets between patches are interpolated, the class token's rows stay.
  func resized(_ table: Tensor, to grid: Grid, by interpolation: GridInterpolation) -> Tensor {
    let target = RelativeOffsets(grid: grid)
    let between = interpolated(
      table[0..<offsets.count], from: offsets, to: target.offsets, by: interpolation)
    return Tensor([target.count, table.shape[1]], between.elements + table[offsets.count..<count].elements)
  }

  /// The reverse: the gradient of a table for this grid from that of the one that it was resized to.
  func resizedBackward(_ gradient: Tensor, to grid: Grid, by interpolation: GridInterpolation) -> Tensor {
    let target = RelativeOffsets(grid: grid)
    let between = interpolatedBackward(
      gradient[0..<target.offsets.count], from: offsets, to: target.offsets, by: interpolation)
    return Tensor(
      [count, gradient.shape[1]],
      between.elements + gradient[target.offsets.count..<target.count].elements)
  }

  /// The table's row for each query and key, query by query.
  private func rowIndices() -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(tokenCount * tokenCount)
    if hasClassToken {
      indices.append(offsets.count + 2)
      indices += repeatElement(offsets.count, count: grid.count)
    }
    for query in 0..<grid.count {
      if hasClassToken { indices.append(offsets.count + 1) }
      let row = query / grid.columns + grid.rows - 1
      let column = query % grid.columns + grid.columns - 1
      for y in 0..<grid.rows {
        for x in 0..<grid.columns { indices.append((row - y) * offsets.columns + column - x) }
      }
    }
    return indices
  }
}
