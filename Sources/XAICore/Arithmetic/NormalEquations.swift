import XAIFoundation

/// A weighted linear least squares problem for several right-hand sides, as the sums that its solution depends on.
///
/// minimises Σ_i w_i·(x_i·β − y_i)² + Σ_j ridge_j·β_j², in double precision: (XᵀWX + diag(ridge))·β = XᵀWy. Rows are added
/// one at a time and not kept.
package struct NormalEquations {
  /// The number of unknowns.
  package let unknowns: Int
  /// The number of right-hand sides.
  package let sides: Int
  /// XᵀWX, row by row; the lower triangle counts.
  private var matrix: [Double]
  /// XᵀWy, one column a right-hand side.
  private var right: [Double]

  /// Begins with no rows.
  package init(unknowns: Int, sides: Int) {
    self.unknowns = unknowns
    self.sides = sides
    matrix = [Double](repeating: 0, count: unknowns * unknowns)
    right = [Double](repeating: 0, count: unknowns * sides)
  }

  /// Adds a row x with its values y, one a right-hand side.
  package mutating func add(_ row: [Double], values: [Double], weight: Double) {
    require(row.count == unknowns && values.count == sides, "a row of another problem")
    for i in 0..<unknowns where row[i] != 0 {
      let factor = weight * row[i]
      for j in 0...i { matrix[i * unknowns + j] += factor * row[j] }
      for side in 0..<sides { right[i * sides + side] += factor * values[side] }
    }
  }

  /// The solution of each right-hand side; nil where the rows don't determine it.
  ///
  /// - Parameter ridge: how strongly each unknown is held to 0.
  package func solution(ridge: [Double]) -> [[Double]]? {
    var matrix = matrix
    for i in 0..<unknowns { matrix[i * unknowns + i] += ridge[i] }
    guard let factor = Cholesky(matrix, count: unknowns) else { return nil }
    return (0..<sides).map { side in factor.solve((0..<unknowns).map { right[$0 * sides + side] }) }
  }
}

/// The factor L of a symmetric positive definite matrix A = L·Lᵀ.
package struct Cholesky {
  private let count: Int
  /// L, row by row; entries above the diagonal don't count.
  private var factor: [Double]

  /// Factorises; nil for a matrix that is not positive definite to rounding.
  ///
  /// - Parameters:
  ///   - matrix: A, row by row, of which the lower triangle is read.
  ///   - count: its rows.
  package init?(_ matrix: [Double], count: Int) {
    require(matrix.count == count * count, "\(matrix.count) entries are not \(count)×\(count)")
    self.count = count
    factor = matrix
    for i in 0..<count {
      for j in 0...i {
        var sum = factor[i * count + j]
        for k in 0..<j { sum -= factor[i * count + k] * factor[j * count + k] }
        if i == j {
          guard sum > 1e-13 * abs(matrix[i * count + i]) else { return nil }
          factor[i * count + i] = sum.squareRoot()
        } else {
          factor[i * count + j] = sum / factor[j * count + j]
        }
      }
    }
  }

  /// x of A·x = b.
  package func solve(_ b: [Double]) -> [Double] {
    var x = b
    for i in 0..<count {
      for k in 0..<i { x[i] -= factor[i * count + k] * x[k] }
      x[i] /= factor[i * count + i]
    }
    for i in stride(from: count - 1, through: 0, by: -1) {
      for k in i + 1..<count { x[i] -= factor[k * count + i] * x[k] }
      x[i] /= factor[i * count + i]
    }
    return x
  }
}
