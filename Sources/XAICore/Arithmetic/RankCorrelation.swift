import XAIFoundation

/// Spearman's rank correlation, from −1 to 1: how alike two lists order the same things.
///
/// Equal values share the mean of their ranks, and the correlation is Pearson's of the ranks. Nil where all values of a
/// list are equal, so that it orders nothing. Source: Spearman 1904, "The proof and measurement of association between
/// two things".
package func rankCorrelation(_ a: [Float], _ b: [Float]) -> Double? {
  require(a.count == b.count, "\(a.count) and \(b.count) values are not of the same things")
  let (x, y) = (ranks(of: a), ranks(of: b))
  // Ranks of n values have the mean (n − 1)/2, ties or not.
  let mean = Double(a.count - 1) / 2
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (x, y) in zip(x, y) {
    xx += (x - mean) * (x - mean)
    yy += (y - mean) * (y - mean)
    xy += (x - mean) * (y - mean)
  }
  guard xx > 0, yy > 0 else { return nil }
  return xy / (xx * yy).squareRoot()
}

/// The rank of each value from 0, equal ones sharing the mean of theirs.
private func ranks(of values: [Float]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for index in start..<end { ranks[order[index]] = Double(start + end - 1) / 2 }
    start = end
  }
  return ranks
}

/// How alike a map and another one order the patches, from −1 to 1, where a map without an order has a value too.
///
/// Spearman's rank correlation. A map that is the same everywhere depends on nothing, neither on the class nor on the
/// weights, so it counts as one that did not change: 1. Where only the other one is the same everywhere, they share no
/// order: 0.
package func mapCorrelation(of map: [Float], with other: [Float]) -> Double {
  guard let first = map.first, map.contains(where: { $0 != first }) else { return 1 }
  return rankCorrelation(map, other) ?? 0
}

/// How far maps of one image and class agree, pair by pair.
public struct MapAgreement: Hashable, Sendable, Codable {
  /// Spearman's rank correlation of the patches' scores, −1 to 1; nil where one of the maps is the same everywhere.
  public let correlation: [[Double?]]
  /// The share of the highest tenth of the patches that both maps have, 0 to 1; nil where one is the same everywhere.
  public let overlap: [[Double?]]

  /// Compares maps, those of pixels summed over patches; traps when their patches differ.
  public init(_ maps: [Attribution]) {
    let maps = maps.map(\.pooled)
    let tops = maps.map { map in
      map.isDegenerate ? nil : Set(highestIndices(of: map.scores, count: highestTenth(of: map.scores.count)))
    }
    correlation = maps.map { a in maps.map { b in rankCorrelation(a.scores, b.scores) } }
    overlap = tops.map { a in
      tops.map { b in
        guard let a, let b else { return nil }
        return Double(a.intersection(b).count) / Double(a.count)
      }
    }
  }
}
