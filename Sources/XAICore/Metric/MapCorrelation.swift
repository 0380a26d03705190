/// How alike a map and another one order the patches, from −1 to 1, where a map without an order has a value too.
///
/// Spearman's rank correlation. A map that is the same everywhere depends on nothing, neither on the class nor on the
/// weights, so it counts as one that did not change: 1. Where only the other one is the same everywhere, they share no
/// order: 0.
public func mapCorrelation(of map: [Float], with other: [Float]) -> Double {
  guard let first = map.first, map.contains(where: { $0 != first }) else { return 1 }
  return rankCorrelation(map, other) ?? 0
}
