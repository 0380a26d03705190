import XAI

/// How many of the highest patches two maps share, over how many there are; of equal values the first counts first.
func topOverlap(_ a: [Float], _ b: [Float], share: Double) -> Double {
  let count = max(1, Int((Double(a.count) * share).rounded()))
  let shared = Set(highestIndices(of: a, count: count)).intersection(highestIndices(of: b, count: count))
  return Double(shared.count) / Double(count)
}
