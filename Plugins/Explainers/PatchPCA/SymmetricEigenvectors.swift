/// The eigenvalues of a symmetric tridiagonal matrix, largest first, with an eigenvector of unit length for each.
///
/// Jacobi's method: rotations of two rows and columns make one pair of off-diagonal elements zero after the other, until all are
/// (Golub and Van Loan 2013, Matrix Computations, section 8.5).
struct SymmetricEigenvectors {
  let values: [Double]
  let vectors: [[Double]]

  private static let mostSweeps = 60

  /// Decomposes a matrix by its diagonal and what stands beside it, which is one element shorter.
  init(diagonal: [Double], beside: [Double]) {
    let count = diagonal.count
    var matrix = diagonal.indices.map { row in
      (0..<count).map { column in
        row == column ? diagonal[row] : abs(row - column) == 1 ? beside[min(row, column)] : 0
      }
    }
    // Row k is the eigenvector of the k-th diagonal element.
    var vectors = diagonal.indices.map { row in (0..<count).map { $0 == row ? 1.0 : 0.0 } }
    let scale = matrix.joined().reduce(0) { max($0, abs($1)) }
    for _ in 0..<Self.mostSweeps {
      var largest = 0.0
      for p in 0..<count {
        for q in (p + 1)..<max(count, p + 1) where matrix[p][q] != 0 {
          largest = max(largest, abs(matrix[p][q]))
          Self.rotate(&matrix, &vectors, p, q)
        }
      }
      if largest <= 1e-15 * scale { break }
    }
    let order = (0..<count).sorted { matrix[$0][$0] > matrix[$1][$1] }
    values = order.map { matrix[$0][$0] }
    self.vectors = order.map { vectors[$0] }
  }

  /// Makes the element (p, q) zero.
  private static func rotate(_ matrix: inout [[Double]], _ vectors: inout [[Double]], _ p: Int, _ q: Int) {
    let ratio = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q])
    let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    for k in matrix.indices {
      let (a, b) = (matrix[k][p], matrix[k][q])
      (matrix[k][p], matrix[k][q]) = (cosine * a - sine * b, sine * a + cosine * b)
    }
    for k in matrix.indices {
      let (a, b) = (matrix[p][k], matrix[q][k])
      (matrix[p][k], matrix[q][k]) = (cosine * a - sine * b, sine * a + cosine * b)
      let (c, d) = (vectors[p][k], vectors[q][k])
      (vectors[p][k], vectors[q][k]) = (cosine * c - sine * d, sine * c + cosine * d)
    }
  }
}
