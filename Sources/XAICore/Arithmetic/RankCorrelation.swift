import XAIFoundation

/// Spearman's rank correlation, from −1 to 1: how alike two lists order the same things.
///
/// Equal values share the mean of their ranks, and the correlation is Pearson's of the ranks. Nil where all values of a
/// list are equal, so that it orders nothing. Source: Spearman 1904, "The proof and measurement of association between
/// two things".
package func rankCorrelation(_ a: [Float], _ b: [Float]) -> Double? {
  require(a.count == b.count, "\(a.count) and \(b.count) values are not of the same things")
  return correlation(ranks(of: a), ranks(of: b))
}

/// Pearson's correlation, from −1 to 1; nil where all values of a list are equal.
package func correlation(_ a: [Double], _ b: [Double]) -> Double? {
  require(a.count == b.count, "\(a.count) and \(b.count) values are not of the same things")
  guard [a, b].allSatisfy({ list in list.contains { $0 != list[0] } }) else { return nil }
  let (meanOfA, meanOfB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    xx += (x - meanOfA) * (x - meanOfA)
    yy += (y - meanOfB) * (y - meanOfB)
    xy += (x - meanOfA) * (y - meanOfB)
  }
  guard xx > 0, yy > 0 else { return nil }
  return xy / (xx * yy).squareRoot()
}

/// The rank of each value from 0, equal ones sharing the mean of theirs.
package func ranks(of values: [some Comparable]) -> [Double] {
  let order = values.indices.ordered { values[$0] < values[$1] }
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
