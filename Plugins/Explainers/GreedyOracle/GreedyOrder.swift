import XAICore
import XAIFoundation

/// The order in which blocks of patches are taken, step by step.
struct GreedyOrder {
  private let options: GreedyOracleOptions
  private let count: Int
  /// Those that were taken, the first first.
  private(set) var taken: [Int] = []
  private var left: [Int]
  private var steps: UInt64 = 0
  /// The least and the greatest score of all that were tried, and how far rounding may have moved one.
  private var (low, high, rounding) = (Double.infinity, -Double.infinity, 0.0)

  init(count: Int, _ options: GreedyOracleOptions) {
    (self.options, self.count, left) = (options, count, Array(0..<count))
  }

  /// What is tried next, ascending; nil where nothing is left to choose from.
  mutating func nextCandidates() -> [Int]? {
    guard left.count > 1 else {
      taken += left
      left = []
      return nil
    }
    let limit = options.candidates ?? left.count
    guard limit < left.count else { return left }
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), steps)
    var drawn = left
    for place in 0..<limit { drawn.swapAt(place, place + random.index(below: drawn.count - place)) }
    return drawn.prefix(limit).sorted()
  }

  /// What is shown while a candidate is tried.
  func shown(with candidate: Int) -> [Int] {
    options.direction == .insertion ? taken + [candidate] : left.filter { $0 != candidate }
  }

  /// Takes the best of those that were tried; of equally good ones the first.
  mutating func take(_ candidates: [Int], values: [Double], rounding: Double) {
    let sign = options.direction == .insertion ? 1.0 : -1
    let best = zip(candidates, values).sorted { (sign * $1.1, $0.0) < (sign * $0.1, $1.0) }
      .prefix(options.step).map(\.0)
    taken += best
    left.removeAll { best.contains($0) }
    steps += 1
    low = min(low, values.min() ?? low)
    high = max(high, values.max() ?? high)
    self.rounding = max(self.rounding, rounding)
  }

  /// How many inputs are tried in all.
  var passes: Int {
    var (total, left) = (0, count)
    while left > 1 {
      let tried = min(options.candidates ?? left, left)
      total += tried
      left -= min(options.step, tried)
    }
    return total
  }

  /// The number of blocks for the one that was taken first, and one less for each that follows; zeros where whatever was tried
  /// scores the same.
  var ranks: [Float] {
    var ranks = [Float](repeating: 0, count: count)
    guard high - low > rounding || low > high else { return ranks }
    for (place, block) in taken.enumerated() { ranks[block] = Float(count - place) }
    return ranks
  }
}

/// Square blocks of patches, smaller at the ends of a grid that they don't fill.
struct PatchBlocks {
  private let side: Int
  private let grid: PatchGrid
  private let across: Int

  init(side: Int, grid: PatchGrid) {
    self.side = min(side, max(grid.rows, grid.columns))
    self.grid = grid
    across = (grid.columns + self.side - 1) / self.side
  }

  var count: Int { (grid.rows + side - 1) / side * across }

  private func block(of patch: Int) -> Int {
    patch / grid.columns / side * across + patch % grid.columns / side
  }

  /// The patches of some blocks.
  func coalition(of blocks: [Int]) -> Coalition {
    let shown = Set(blocks)
    var coalition = Coalition(count: grid.count)
    for patch in 0..<grid.count where shown.contains(block(of: patch)) { coalition[patch] = true }
    return coalition
  }

  /// The score of each patch's block.
  func patchScores(_ scores: [Float]) -> [Float] { (0..<grid.count).map { scores[block(of: $0)] } }
}
