import XAIFoundation

/// The first principal components of some rows, in double precision.
///
/// With X the rows less their mean, the scores along component k are σ_k·u_k, where u_k is the eigenvector of X·Xᵀ with the k-th
/// largest eigenvalue σ_k². They are found by Lanczos' iteration with full reorthogonalisation (Golub and Van Loan 2013, Matrix
/// Computations, sections 10.1 and 10.3): a few dozen products with X and Xᵀ in place of a matrix of rows × rows or columns × columns.
struct PrincipalComponents {
  /// X, row by row.
  private let rows: [[Double]]
  private let width: Int
  /// Σ x².
  private let total: Double
  /// u_k, as many as there are; fewer than were asked for where the rows vary in fewer directions.
  private var vectors: [[Double]] = []
  /// σ_k.
  private var deviations: [Double] = []

  /// How far an eigenvector may be off, as a share of the largest eigenvalue.
  private static let tolerance = 1e-10
  /// The share of all variance that is rounding.
  private static let negligible = 1e-24

  /// Finds the first `count` components of rows of equal width.
  init(of rows: [[Double]], count: Int) {
    width = rows.first?.count ?? 0
    var mean = [Double](repeating: 0, count: width)
    for row in rows { for column in 0..<width { mean[column] += row[column] / Double(rows.count) } }
    self.rows = rows.map { row in zip(row, mean).map { $0 - $1 } }
    total = self.rows.reduce(0) { $0 + dot($1, $1) }
    let scale = rows.reduce(0) { $0 + dot($1, $1) }
    guard total > Self.negligible * scale else { return }
    iterate(count: count)
  }

  /// The place of each row along a component, whose direction's largest element is positive; zeros where the rows don't vary so.
  func scores(component: Int) -> [Double] {
    guard vectors.indices.contains(component) else { return rows.map { _ in 0 } }
    let direction = transposedProduct(vectors[component])
    let largest = direction.max { abs($0) < abs($1) } ?? 0
    let factor = largest < 0 ? -deviations[component] : deviations[component]
    return vectors[component].map { $0 * factor }
  }

  /// Widens the space of Lanczos' vectors until the wanted eigenvectors of X·Xᵀ lie in it.
  private mutating func iterate(count: Int) {
    var random = SeededRandom(seed: 0)
    var basis: [[Double]] = []
    var (diagonal, beside): ([Double], [Double]) = ([], [])
    var next = fresh(&random, besides: basis)
    while let vector = next {
      basis.append(vector)
      var rest = product(transposedProduct(vector))
      diagonal.append(dot(rest, vector))
      orthogonalise(&rest, to: basis)
      let length = dot(rest, rest).squareRoot()
      let isInvariant = length <= Self.tolerance * total
      let isComplete = total - diagonal.reduce(0, +) <= Self.tolerance * total
      let isTime = basis.count >= 2 * count && basis.count & (basis.count - 1) == 0
      let isLast = basis.count == min(rows.count, width)
      if isTime || isLast || (isInvariant && isComplete) {
        let found = SymmetricEigenvectors(diagonal: diagonal, beside: beside)
        let wanted = found.vectors.prefix(count)
        let isAccurate =
          !isInvariant
          && wanted.allSatisfy { vector in
            length * abs(vector.last ?? 0) <= Self.tolerance * (found.values.first ?? 0)
          }
        if isAccurate || isLast || (isInvariant && isComplete) {
          return keep(found, basis, count: count)
        }
      }
      beside.append(isInvariant ? 0 : length)
      // A space that X·Xᵀ maps to itself is left by a direction at right angles to it.
      next = isInvariant ? fresh(&random, besides: basis) : rest.map { $0 / length }
    }
    keep(SymmetricEigenvectors(diagonal: diagonal, beside: Array(beside.dropLast())), basis, count: count)
  }

  private mutating func keep(_ found: SymmetricEigenvectors, _ basis: [[Double]], count: Int) {
    for (value, vector) in zip(found.values, found.vectors).prefix(count) where value > Self.tolerance * total
    {
      var combined = [Double](repeating: 0, count: rows.count)
      for (share, part) in zip(vector, basis) {
        for row in combined.indices { combined[row] += share * part[row] }
      }
      vectors.append(combined)
      deviations.append(value.squareRoot())
    }
  }

  /// A combination of X's columns at right angles to some directions; nil where there is none but rounding.
  private func fresh(_ random: inout SeededRandom, besides basis: [[Double]]) -> [Double]? {
    let drawn = product((0..<width).map { _ in Double(random.normal()) })
    var vector = drawn
    orthogonalise(&vector, to: basis)
    let length = dot(vector, vector).squareRoot()
    return length > Self.tolerance * dot(drawn, drawn).squareRoot() ? vector.map { $0 / length } : nil
  }

  /// Twice, since once leaves rounding behind.
  private func orthogonalise(_ vector: inout [Double], to basis: [[Double]]) {
    for _ in 0..<2 {
      for other in basis {
        let share = dot(vector, other)
        for index in vector.indices { vector[index] -= share * other[index] }
      }
    }
  }

  /// X·y.
  private func product(_ y: [Double]) -> [Double] { rows.map { dot($0, y) } }

  /// Xᵀ·v.
  private func transposedProduct(_ v: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: width)
    for (row, factor) in zip(rows, v) {
      for column in 0..<width { sum[column] += factor * row[column] }
    }
    return sum
  }
}

private func dot(_ x: [Double], _ y: [Double]) -> Double {
  var sum = 0.0
  for index in x.indices { sum += x[index] * y[index] }
  return sum
}
