/// Edmonds and Karp's maximum flow on a dense matrix of capacities: as plain as it can be.
struct NaiveFlow {
  /// The maximum flow, and the nodes that the source still reaches.
  static func maximum(_ capacities: [[Double]], from source: Int, to sink: Int) -> (
    value: Double, reached: [Bool]
  ) {
    var residual = capacities
    var value = 0.0
    while true {
      var parent = [Int?](repeating: nil, count: residual.count)
      parent[source] = source
      var queue = [source]
      while !queue.isEmpty, parent[sink] == nil {
        let node = queue.removeFirst()
        for other in residual.indices where parent[other] == nil && residual[node][other] > 1e-13 {
          parent[other] = node
          queue.append(other)
        }
      }
      guard parent[sink] != nil else { return (value, parent.map { $0 != nil }) }
      var (node, least) = (sink, Double.infinity)
      while node != source, let before = parent[node] {
        least = min(least, residual[before][node])
        node = before
      }
      node = sink
      while node != source, let before = parent[node] {
        residual[before][node] -= least
        residual[node][before] += least
        node = before
      }
      value += least
    }
  }
}
