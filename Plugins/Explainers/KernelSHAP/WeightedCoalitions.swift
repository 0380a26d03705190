import XAICore
import XAIFoundation

/// Coalitions with the weights that make least squares give Shapley values.
///
/// Together all coalitions of a size s weigh (M − 1) / (s·(M − s)), the Shapley kernel (Theorem 2). Sizes are taken whole
/// from both ends, 1 with M − 1 first, while their share of the budget pays for all of their coalitions; what is left of
/// the budget is drawn from the other sizes, each with its complement, as the authors' program does it.
struct WeightedCoalitions {
  private(set) var coalitions: [Coalition] = []
  private(set) var weights: [Double] = []
  private let count: Int

  /// Chooses at most `budget` coalitions of `count` players, none of them empty or whole.
  init(count: Int, budget: Int, seed: Int) {
    self.count = count
    guard count > 1 else { return }
    // Sizes up to the middle; each but the middle one of an even count stands for its complement as well.
    let sizes = Array(1...count / 2)
    let shares = Self.normalised(
      sizes.map { size in
        Double(count - 1) / (Double(size) * Double(count - size)) * (size == count - size ? 1 : 2)
      })
    var (left, rest, whole) = (budget, 1.0, 0)
    for (size, share) in zip(sizes, shares) {
      let number = Self.binomial(count, size) * (size == count - size ? 1 : 2)
      guard number <= Double(left), Double(left) * share / rest / number >= 1 - 1e-8 else { break }
      addAll(ofSize: size, weight: share / number)
      left -= Int(number)
      rest -= share
      whole += 1
    }
    guard whole < sizes.count, left > 0 else { return }
    sample(
      Array(sizes[whole...]), shares: Self.normalised(Array(shares[whole...])), budget: left, weight: rest,
      seed: seed)
  }

  private static func normalised(_ values: [Double]) -> [Double] {
    let sum = values.reduce(0, +)
    return values.map { $0 / sum }
  }

  /// The number of coalitions of a size; infinite where it is beyond any budget.
  private static func binomial(_ count: Int, _ size: Int) -> Double {
    (0..<size).reduce(1) { ($0 * Double(count - $1) / Double($1 + 1)).rounded() }
  }

  /// Adds every coalition of a size, in lexical order, and the complements.
  private mutating func addAll(ofSize size: Int, weight: Double) {
    var members = Array(0..<size)
    while true {
      var coalition = Coalition(count: count)
      for member in members { coalition[member] = true }
      add(coalition, weight: weight)
      if size != count - size { add(coalition.complement, weight: weight) }
      guard let place = members.indices.last(where: { members[$0] < count - size + $0 }) else { return }
      members[place] += 1
      for next in place + 1..<max(size, place + 1) { members[next] = members[next - 1] + 1 }
    }
  }

  private mutating func add(_ coalition: Coalition, weight: Double) {
    coalitions.append(coalition)
    weights.append(weight)
  }

  /// Draws coalitions until the wanted number of different ones is there; how often each came decides its weight.
  private mutating func sample(_ sizes: [Int], shares: [Double], budget: Int, weight: Double, seed: Int) {
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)))
    var known: [Coalition: Int] = [:]
    let start = coalitions.count
    var players = Array(0..<count)
    // Where nearly all have been drawn, new ones come seldom.
    for _ in 0..<4 * budget where coalitions.count - start < budget {
      var mark = Double(random.uniform())
      var place = 0
      while place < sizes.count - 1, mark >= shares[place] {
        mark -= shares[place]
        place += 1
      }
      var coalition = Coalition(count: count)
      for index in 0..<sizes[place] {
        players.swapAt(index, index + random.index(below: count - index))
        coalition[players[index]] = true
      }
      let hasComplement = sizes[place] != count - sizes[place]
      for drawn in hasComplement ? [coalition, coalition.complement] : [coalition] {
        if let index = known[drawn] {
          weights[index] += 1
        } else if coalitions.count - start < budget {
          known[drawn] = coalitions.count
          add(drawn, weight: 1)
        }
      }
    }
    let sum = weights[start...].reduce(0, +)
    for index in start..<weights.count { weights[index] *= weight / sum }
  }
}

extension WeightedCoalitions {
  /// Whether the coalitions tell the values of all players apart.
  ///
  /// Each player by itself does; otherwise the equations are tried.
  var determinesShares: Bool {
    guard count > 1 else { return true }
    if coalitions.count(where: { $0.shownCount == 1 }) == count { return true }
    return coalitions.count >= count - 1 && solution(sides: 1) { _, _ in [0] } != nil
  }

  /// The values of all players but the last, of which those of everybody take care; nil where they aren't determined.
  ///
  /// - Parameter values: what a coalition is worth beyond nobody and the last player's share of everybody, a number each side.
  func solution(sides: Int, values: (_ coalition: Int, _ lastIn: Double) -> [Double]) -> [[Double]]? {
    let last = count - 1
    var equations = NormalEquations(unknowns: last, sides: sides)
    for (index, coalition) in coalitions.enumerated() {
      let lastIn: Double = coalition[last] ? 1 : 0
      equations.add(
        (0..<last).map { (coalition[$0] ? 1 : 0) - lastIn }, values: values(index, lastIn),
        weight: weights[index])
    }
    return equations.solution(ridge: [Double](repeating: 0, count: last))
  }
}
