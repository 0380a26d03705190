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
