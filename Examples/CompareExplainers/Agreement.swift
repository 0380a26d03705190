/// How many of the highest patches two maps share, over how many there are; of equal values the first counts first.
func topOverlap(_ a: [Float], _ b: [Float], share: Double) -> Double {
  let count = max(1, Int((Double(a.count) * share).rounded()))
  func top(_ values: [Float]) -> Set<Int> {
    Set(values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(count))
  }
  return Double(top(a).intersection(top(b)).count) / Double(count)
}
