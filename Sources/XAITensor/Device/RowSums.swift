import XAIFoundation

/// Sums of rows with weights, as values of one grid are made from those of another: row r of a result is
/// Σ weight·x[source], from 0, in the order of its terms.
public struct RowCombinations: Hashable, Sendable {
  /// A row of the operand, and what it counts.
  public struct Term: Hashable, Sendable {
    /// The row.
    public let source: Int
    /// Its factor.
    public let weight: Float

    /// States both.
    public init(source: Int, weight: Float) { (self.source, self.weight) = (source, weight) }
  }

  /// The terms of each row of the result.
  public let rows: [[Term]]

  /// States what each row is made of.
  public init(_ rows: [[Term]]) { self.rows = rows }

  func onHost(_ x: Tensor, columns: Int) -> Tensor {
    Tensor([rows.count, columns]) { result in
      result.update(repeating: 0, count: rows.count * columns)
      for (row, terms) in rows.enumerated() {
        let sums = result + row * columns
        for term in terms {
          require(
            term.source >= 0 && (term.source + 1) * columns <= x.count,
            "there is no row \(term.source) of \(columns) in \(x.shape)")
          let source = x.start + term.source * columns
          for i in 0..<columns { sums[i] += term.weight * source[i] }
        }
      }
      withExtendedLifetime(x) {}
    }
  }
}

/// Sums of rows in double precision, each from 0 in ascending order.
public struct RowSums: Hashable, Sendable {
  /// What is summed.
  public let terms: Elementwise
  /// Whether the terms are computed in double precision, too; where not, they are float32.
  public let inDouble: Bool
  /// How many sums.
  public let rows: Int
  /// How many terms each.
  public let columns: Int

  /// Sums the rows in host memory, where all operands are.
  public func onHost(_ operands: [Tensor]) -> [Double] {
    inDouble ? sums(Double.self, operands) : sums(Float.self, operands)
  }

  private func sums<Value: FormulaPrecision>(_ type: Value.Type, _ operands: [Tensor]) -> [Double] {
    let evaluation = ElementwiseEvaluation<Value>(formula: terms, operands: operands.map(\.hostElements))
    defer { withExtendedLifetime(operands) {} }
    return evaluation.withScratch { scratch in
      (0..<rows).map { row in
        var sum = 0.0
        evaluation.forEachBlock(of: row * columns..<(row + 1) * columns, scratch) { _, values in
          for value in values { sum += Double(value) }
        }
        return sum
      }
    }
  }
}
