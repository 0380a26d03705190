/// The maximum flow from the source of a layered graph to one node of its last layer, by Dinic's algorithm.
///
/// Every search saturates all shortest ways, so that there are at most as many as nodes, whatever the capacities. What is left
/// of an edge below `tolerance` counts as nothing, so that rounding is not taken for capacity: the value is within
/// `tolerance` times the edges of a cut of the maximum, which the cut of ``reachable`` proves.
/// Source: Dinic 1970, "Algorithm for solution of a problem of maximum flow in a network with power estimation".
struct MaximumFlow {
  static let tolerance = 1e-12

  private let capacities: LayeredCapacities
  private let width: Int
  private let nodeCount: Int
  /// What is left of each edge, by stage, from node and to node.
  private var down: [Double]
  /// What flows along each edge and may be taken back, by stage, to node and from node.
  private var up: [Double]
  /// Edges from the source to each node, −1 where none leads there; nodes are counted layer by layer.
  private var distance: [Int32]
  /// The next way to try out of each node: first those down, then those up, each beginning with the node's own token.
  private var next: [Int32]

  init(_ capacities: LayeredCapacities) {
    self.capacities = capacities
    self.width = capacities.width
    self.nodeCount = (capacities.stages + 1) * capacities.width
    self.down = capacities.values
    self.up = [Double](repeating: 0, count: capacities.values.count)
    self.distance = [Int32](repeating: -1, count: nodeCount)
    self.next = [Int32](repeating: 0, count: nodeCount)
  }

  /// The maximum flow to node `sink` of the last layer.
  mutating func value(to sink: Int) -> Double {
    down.withUnsafeMutableBufferPointer { down in
      capacities.values.withUnsafeBufferPointer { _ = down.update(fromContentsOf: $0) }
    }
    up.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    let target = nodeCount - width + sink
    var value = 0.0
    while search(for: target) { value += saturate(to: target) }
    return value
  }

  /// The nodes on the source's side of a minimum cut, after ``value(to:)``: the edges that leave them are full.
  var reachable: [Bool] { distance.map { $0 >= 0 } }

  /// Measures distances by breadth first; whether the sink can be reached.
  private mutating func search(for target: Int) -> Bool {
    let (width, stages) = (self.width, capacities.stages)
    // Nodes that have not been met, by layer: in a dense graph they are soon few.
    var unmet = (0...stages).map { layer in Array(layer * width..<(layer + 1) * width) }
    unmet[0].removeFirst()
    for node in distance.indices { distance[node] = -1 }
    distance[0] = 0
    var queue = [0]
    queue.reserveCapacity(nodeCount)
    var head = 0
    down.withUnsafeBufferPointer { down in
      up.withUnsafeBufferPointer { up in
        while head < queue.count {
          let node = queue[head]
          head += 1
          let (layer, token) = (node / width, node % width)
          func meet(_ other: Int, _ residual: UnsafeBufferPointer<Double>, from start: Int) {
            unmet[other].removeAll { candidate in
              guard residual[start + candidate - other * width] > Self.tolerance else { return false }
              distance[candidate] = distance[node] + 1
              queue.append(candidate)
              return true
            }
          }
          if layer < stages, !unmet[layer + 1].isEmpty {
            meet(layer + 1, down, from: (layer * width + token) * width)
          }
          if layer > 0, !unmet[layer - 1].isEmpty {
            meet(layer - 1, up, from: ((layer - 1) * width + token) * width)
          }
        }
      }
    }
    return distance[target] >= 0
  }

  /// Fills all shortest ways to the sink, depth first; what came to flow.
  private mutating func saturate(to target: Int) -> Double {
    for node in next.indices { next[node] = 0 }
    var way = [0]
    var total = 0.0
    while let node = way.last {
      if node == target {
        let (flow, full) = push(along: way)
        total += flow
        way.removeSubrange((full + 1)...)
      } else if let step = step(from: node) {
        way.append(step)
      } else {
        // A dead end: no way leads through this node any more.
        distance[node] = -1
        way.removeLast()
      }
    }
    return total
  }

  /// The next node on a shortest way out of `node`; nil where there is none left.
  private mutating func step(from node: Int) -> Int? {
    let (layer, token) = (node / width, node % width)
    while next[node] < 2 * width {
      let trial = Int(next[node])
      let goesDown = trial < width
      var other = token + (goesDown ? trial : trial - width)
      if other >= width { other -= width }
      if goesDown, layer < capacities.stages {
        let found = (layer + 1) * width + other
        if distance[found] == distance[node] + 1,
          down[(layer * width + token) * width + other] > Self.tolerance
        {
          return found
        }
      } else if !goesDown, layer > 0 {
        let found = (layer - 1) * width + other
        if distance[found] == distance[node] + 1,
          up[((layer - 1) * width + token) * width + other] > Self.tolerance
        {
          return found
        }
      }
      next[node] += 1
    }
    return nil
  }

  /// Sends as much as its narrowest edge takes along a way; how much, and the place of the first edge that is full then.
  private mutating func push(along way: [Int]) -> (flow: Double, full: Int) {
    var (flow, full) = (Double.infinity, 0)
    for place in 0..<way.count - 1 {
      let (edge, goesDown, _) = edge(from: way[place], to: way[place + 1])
      let residual = goesDown ? down[edge] : up[edge]
      if residual < flow { (flow, full) = (residual, place) }
    }
    for place in 0..<way.count - 1 {
      let (edge, goesDown, back) = edge(from: way[place], to: way[place + 1])
      if goesDown {
        down[edge] -= flow
        up[back] += flow
      } else {
        up[edge] -= flow
        down[back] += flow
      }
    }
    return (flow, full)
  }

  /// The places of an edge of the residual graph and of the one that takes it back.
  private func edge(from: Int, to: Int) -> (edge: Int, goesDown: Bool, back: Int) {
    let (a, b) = (from % width, to % width)
    let goesDown = to > from
    let stage = min(from, to) / width
    return ((stage * width + a) * width + b, goesDown, (stage * width + b) * width + a)
  }
}
