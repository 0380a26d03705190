/// The masks of Jansen's estimator: N points a, and for each cell the same points with this cell of N other points b.
///
/// a and b are the first and the second half of the dimensions of one sequence. The points b themselves are no masks: the
/// estimator doesn't look at them.
struct ReplicatedDesigns: Sendable {
  /// How many points.
  let count: Int
  /// How many cells.
  let cells: Int
  private let sequence: SobolSequence

  init(count: Int, cells: Int) {
    (self.count, self.cells) = (count, cells)
    sequence = SobolSequence(dimensions: 2 * cells)
  }

  /// Those of a, then those of each cell.
  var maskCount: Int { count * (cells + 1) }

  /// The values of a mask's cells.
  func mask(_ index: Int) -> [Float] {
    let point = index % count
    var values = (0..<cells).map { sequence.value(point, dimension: $0) }
    if index >= count {
      let cell = index / count - 1
      values[cell] = sequence.value(point, dimension: cells + cell)
    }
    return values
  }

  /// The total index of each cell from one score for each mask; zeros where the scores of a are all the same.
  func totalIndices(_ scores: [Double]) -> [Double] {
    let a = scores[..<count]
    let mean = a.reduce(0, +) / Double(count)
    let variance = a.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    return (0..<cells).map { cell in
      let c = scores[count * (cell + 1)..<count * (cell + 2)]
      let squares = zip(a, c).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return variance > 0 ? squares / (2 * Double(count) * variance) : 0
    }
  }
}
