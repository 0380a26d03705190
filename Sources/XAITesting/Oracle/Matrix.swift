public import XAIFoundation
public import XAITensor

/// A matrix in double precision, as slow and as plain as its formulas: what maps are checked against.
public struct Matrix: Hashable, Sendable {
  /// Rows.
  public let rows: Int
  /// Columns.
  public let columns: Int
  /// Entries, row by row.
  public var entries: [Double]

  /// Makes a matrix from its entries, row by row.
  public init(rows: Int, columns: Int, _ entries: [Double]) {
    require(entries.count == rows * columns, "\(entries.count) entries do not make \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.entries = entries
  }

  /// Copies a tensor of two dimensions.
  public init(_ tensor: Tensor) {
    self.init(rows: tensor.shape[0], columns: tensor.shape[1], tensor.elements.map(Double.init))
  }

  /// The identity, times a factor.
  public static func identity(_ count: Int, times factor: Double = 1) -> Matrix {
    Matrix(rows: count, columns: count, (0..<count * count).map { $0 % (count + 1) == 0 ? factor : 0 })
  }

  /// One entry.
  public subscript(row: Int, column: Int) -> Double {
    get { entries[row * columns + column] }
    set { entries[row * columns + column] = newValue }
  }

  /// One row.
  public subscript(row row: Int) -> [Double] { Array(entries[row * columns..<(row + 1) * columns]) }

  /// The matrix product.
  public static func * (a: Matrix, b: Matrix) -> Matrix {
    require(a.columns == b.rows, "\(a.rows)×\(a.columns) times \(b.rows)×\(b.columns)")
    var product = Matrix(rows: a.rows, columns: b.columns, Array(repeating: 0, count: a.rows * b.columns))
    for i in 0..<a.rows {
      for j in 0..<b.columns {
        for k in 0..<a.columns { product[i, j] += a[i, k] * b[k, j] }
      }
    }
    return product
  }

  /// Every entry times a factor.
  public static func * (factor: Double, a: Matrix) -> Matrix { a.map { factor * $0 } }

  /// The sum.
  public static func + (a: Matrix, b: Matrix) -> Matrix { a.zip(b, +) }

  /// The product entry by entry.
  public func times(_ other: Matrix) -> Matrix { zip(other, *) }

  /// A function of every entry.
  public func map(_ transform: (Double) -> Double) -> Matrix {
    Matrix(rows: rows, columns: columns, entries.map(transform))
  }

  /// A function of the entries of two matrices.
  public func zip(_ other: Matrix, _ combine: (Double, Double) -> Double) -> Matrix {
    require(rows == other.rows && columns == other.columns, "matrices of different sizes")
    return Matrix(rows: rows, columns: columns, Swift.zip(entries, other.entries).map { combine($0, $1) })
  }

  /// Every row divided by its sum.
  public var rowsNormalised: Matrix {
    var scaled = self
    for row in 0..<rows {
      let sum = self[row: row].reduce(0, +)
      for column in 0..<columns { scaled[row, column] /= sum }
    }
    return scaled
  }

  /// vᵀ·M.
  public func read(with vector: [Float]) -> [Double] {
    (0..<columns).map { column in (0..<rows).reduce(0) { $0 + Double(vector[$1]) * self[$1, column] } }
  }
}

extension SeededRandom {
  /// A tensor of normally distributed numbers.
  public mutating func normal(_ shape: TensorShape, mean: Float = 0, standardDeviation: Float = 1) -> Tensor {
    Tensor(shape, (0..<shape.count).map { _ in mean + standardDeviation * normal() })
  }

  /// Attention as a softmax leaves it, [B, heads, N, N]: positive, every row summing to 1.
  public mutating func attention(images: Int = 1, heads: Int, tokens: Int) -> Tensor {
    var elements: [Float] = []
    for _ in 0..<images * heads * tokens {
      // Squared, so that rows have high and low entries.
      let row = (0..<tokens).map { _ in Double(uniform() * uniform()) + 1e-3 }
      let sum = row.reduce(0, +)
      elements += row.map { Float($0 / sum) }
    }
    return Tensor([images, heads, tokens, tokens], elements)
  }
}
