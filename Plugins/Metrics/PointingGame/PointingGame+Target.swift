extension PointingGame {
  /// The pixels of an object and those within a margin around it, by Euclidean distance between their centres.
  struct Target {
    private let height: Int
    private let width: Int
    private let margin: Int
    /// How far each pixel is from the object within its row; none where the row has nothing of it.
    private let distances: [Int?]

    init(pixels: [Bool], height: Int, width: Int, margin: Int) {
      self.height = height
      self.width = width
      // An image has no pixels further apart.
      self.margin = min(margin, height + width)
      self.distances = (0..<height).flatMap { row in
        Self.distances(in: pixels[row * width..<(row + 1) * width])
      }
    }

    /// Two passes, so that a wide margin around every pixel of a constant map costs rows and not discs.
    private static func distances(in row: ArraySlice<Bool>) -> [Int?] {
      var distances = [Int?](repeating: nil, count: row.count)
      for columns in [Array(distances.indices), distances.indices.reversed()] {
        var last: Int?
        for column in columns {
          if row[row.startIndex + column] { last = column }
          guard let last else { continue }
          distances[column] = min(distances[column] ?? .max, abs(column - last))
        }
      }
      return distances
    }

    func isHit(by pixel: Int) -> Bool {
      let (row, column) = (pixel / width, pixel % width)
      return (max(row - margin, 0)...min(row + margin, height - 1)).contains { other in
        guard let distance = distances[other * width + column] else { return false }
        return distance * distance + (other - row) * (other - row) <= margin * margin
      }
    }
  }
}
