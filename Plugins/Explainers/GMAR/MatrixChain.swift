import XAICore

/// Chains of attention matrices that have to be multiplied out: where a residual needs the mean of the product, heads
/// have chains of their own, or the map is read from all rows.
///
/// In double precision, with rows of attention scaled to sum exactly 1: what the authors' readout shows is what is
/// left of a product that has almost converged, and single precision leaves only rounding of it.
struct MatrixChain {
  let attention: [AttentionRows]
  /// `weights[layer][head]`.
  let weights: [[Float]]
  let options: GMAROptions

  private var tokenCount: Int { attention[0].tokenCount }
  private var chainCount: Int { options.fusion == .sum ? 1 : attention[0].headCount }

  /// The chains' matrices, one for fused heads and one a head otherwise.
  func matrices() -> [SquareMatrix] {
    var chains = Array(repeating: SquareMatrix(identityOf: tokenCount), count: chainCount)
    for layer in attention.indices {
      for chain in chains.indices {
        let factor = factor(layer, chain)
        chains[chain] = options.order == .towardsOutput ? factor * chains[chain] : chains[chain] * factor
      }
      addResidual(to: &chains)
    }
    return chains
  }

  private func addResidual(to chains: inout [SquareMatrix]) {
    let alpha: Double
    switch options.residual {
    case .before: return
    case .after(let factor): alpha = factor
    case .afterScaledMean(let ratio):
      alpha = ratio * 5e-5 * chains.reduce(0) { $0 + $1.mean } / Double(chains.count)
    }
    for chain in chains.indices { chains[chain].addIdentity(times: alpha) }
  }

  /// The factor of a layer: Σ_h w_h·A_h or one w_h·A_h, with αI and rows scaled to sum 1 where it comes before.
  private func factor(_ layer: Int, _ chain: Int) -> SquareMatrix {
    let heads = options.fusion == .sum ? Array(0..<attention[layer].headCount) : [chain]
    var matrix = SquareMatrix(zerosOf: tokenCount)
    for head in heads {
      for row in 0..<tokenCount {
        attention[layer].withRow(head: head, row: row) { values in
          let sum = values.reduce(0.0) { $0 + Double($1) }
          let weight = Double(weights[layer][head]) / (sum > 0 ? sum : 1)
          matrix.add(values, times: weight, toRow: row)
        }
      }
    }
    if case .before(let alpha) = options.residual {
      matrix.addIdentity(times: alpha)
      matrix.normaliseRows()
    }
    return matrix
  }
}

extension [SquareMatrix] {
  /// The mean over chains of vᵀ·R, N entries.
  func meanRow(_ vector: [Float]) -> [Float] {
    let size = self[0].size
    var sum = [Double](repeating: 0, count: size)
    for matrix in self {
      for row in 0..<size where vector[row] != 0 {
        for column in 0..<size {
          sum[column] += Double(vector[row]) * matrix[row, column] / Double(count)
        }
      }
    }
    return sum.map { Float($0) }
  }
}

extension SquareMatrix {
  /// What the authors' code shows of a matrix: out[q] = 1/N · Σ R[p + r, c] over (N·r + c) mod P = q.
  ///
  /// It takes the P patch rows with all N columns, and sees the P·N entries as N images of P patches, whose mean it
  /// takes. Entry (r, c) is not about patch q; the readout is kept to reproduce that code. The result is scaled to
  /// [0, 1], because in single precision its entries would be all the same.
  func authorsView(patches: Range<Int>) -> [Float] {
    var sums = [Double](repeating: 0, count: patches.count)
    for r in 0..<patches.count {
      for c in 0..<size {
        sums[(size * r + c) % patches.count] += self[patches.lowerBound + r, c] / Double(size)
      }
    }
    // Sums that are not finite stay so: no map is made of them.
    guard !sums.contains(where: { !$0.isFinite }) else { return sums.map { _ in .nan } }
    guard let low = sums.min(), let high = sums.max(), high > low else { return sums.map { _ in 0 } }
    return sums.map { Float(($0 - low) / (high - low)) }
  }
}

/// A square matrix in double precision, row by row.
struct SquareMatrix {
  let size: Int
  private(set) var elements: [Double]

  init(zerosOf size: Int) {
    self.size = size
    self.elements = [Double](repeating: 0, count: size * size)
  }

  init(identityOf size: Int) {
    self.init(zerosOf: size)
    addIdentity(times: 1)
  }

  subscript(row: Int, column: Int) -> Double { elements[row * size + column] }

  /// The mean of all entries.
  var mean: Double { elements.reduce(0, +) / Double(elements.count) }

  mutating func addIdentity(times factor: Double) {
    for index in 0..<size { elements[index * (size + 1)] += factor }
  }

  mutating func add(_ values: UnsafeBufferPointer<Float>, times factor: Double, toRow row: Int) {
    for column in 0..<size { elements[row * size + column] += factor * Double(values[column]) }
  }

  /// Scales each row to sum 1; a row that sums to 0 stays as it is.
  mutating func normaliseRows() {
    for row in 0..<size {
      let range = row * size..<(row + 1) * size
      let sum = elements[range].reduce(0, +)
      guard sum != 0 else { continue }
      for index in range { elements[index] /= sum }
    }
  }

  static func * (left: SquareMatrix, right: SquareMatrix) -> SquareMatrix {
    let size = left.size
    var product = SquareMatrix(zerosOf: size)
    product.elements.withUnsafeMutableBufferPointer { product in
      left.elements.withUnsafeBufferPointer { left in
        right.elements.withUnsafeBufferPointer { right in
          // Row by row of the right factor, so that the innermost loop runs along memory.
          for row in 0..<size {
            for inner in 0..<size {
              let factor = left[row * size + inner]
              guard factor != 0 else { continue }
              for column in 0..<size { product[row * size + column] += factor * right[inner * size + column] }
            }
          }
        }
      }
    }
    return product
  }
}
