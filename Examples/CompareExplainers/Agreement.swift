/// Spearman's rank correlation: Pearson's correlation of the ranks, equal values sharing the mean of theirs.
///
/// NaN where either side has only equal values.
func rankCorrelation(_ a: [Float], _ b: [Float]) -> Double {
  let (x, y) = (ranks(a), ranks(b))
  let mean = Double(a.count + 1) / 2
  var (xy, xx, yy) = (0.0, 0.0, 0.0)
  for (u, v) in zip(x, y) {
    xy += (u - mean) * (v - mean)
    xx += (u - mean) * (u - mean)
    yy += (v - mean) * (v - mean)
  }
  return xy / (xx * yy).squareRoot()
}

/// Ranks from 1, the lowest value first.
private func ranks(_ values: [Float]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for index in order[start..<end] { ranks[index] = Double(start + 1 + end) / 2 }
    start = end
  }
  return ranks
}

/// How many of the highest patches two maps share, over how many there are; of equal values the first counts first.
func topOverlap(_ a: [Float], _ b: [Float], share: Double) -> Double {
  let count = max(1, Int((Double(a.count) * share).rounded()))
  func top(_ values: [Float]) -> Set<Int> {
    Set(values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(count))
  }
  return Double(top(a).intersection(top(b)).count) / Double(count)
}
