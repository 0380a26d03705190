import Testing
import XAICore
import XAIFoundation
import XAITesting

@testable import XAIAttentionFlow

/// The flow against Edmonds and Karp's on a matrix of all nodes, and against the cut that bounds it.
@Suite("Maximum flow") struct MaximumFlowTests {
  /// A layered graph and the same as a matrix; some edges are missing where `density` is below 1.
  private func graph(width: Int, stages: Int, density: Float, seed: UInt64) -> LayeredCapacities {
    var random = SeededRandom(seed: seed)
    let values = (0..<stages * width * width).map { edge -> Double in
      let stage = edge / (width * width)
      // The first layer is the source alone.
      guard stage > 0 || edge < width else { return 0 }
      return random.uniform() < density ? Double(random.uniform() * random.uniform()) : 0
    }
    return LayeredCapacities(width: width, stages: stages, values)
  }

  private func matrix(_ graph: LayeredCapacities) -> [[Double]] {
    let nodes = (graph.stages + 1) * graph.width
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: nodes), count: nodes)
    for (edge, capacity) in graph.values.enumerated() {
      let (stage, place) = (edge / (graph.width * graph.width), edge % (graph.width * graph.width))
      matrix[stage * graph.width + place / graph.width][(stage + 1) * graph.width + place % graph.width] =
        capacity
    }
    return matrix
  }

  @Test(
    "equals the plain algorithm, whatever the graph",
    arguments: [(2, 2, Float(1)), (3, 4, 1), (5, 3, 0.6), (6, 6, 0.4), (9, 5, 0.3), (4, 8, 0.7)])
  func plain(_ width: Int, _ stages: Int, _ density: Float) {
    for seed in 1...8 {
      let graph = graph(width: width, stages: stages, density: density, seed: UInt64(seed))
      let matrix = matrix(graph)
      var flow = MaximumFlow(graph)
      for sink in 0..<width {
        let expected = NaiveFlow.maximum(matrix, from: 0, to: stages * width + sink)
        #expect(
          abs(flow.value(to: sink) - expected.value) < 1e-9, "\(width)×\(stages), seed \(seed), sink \(sink)")
      }
    }
  }

  @Test("equals the capacity of the cut between what the source reaches and the rest")
  func cut() {
    for seed in 1...10 {
      let graph = graph(width: 12, stages: 6, density: seed.isMultiple(of: 2) ? 1 : 0.3, seed: UInt64(seed))
      let matrix = matrix(graph)
      var flow = MaximumFlow(graph)
      for sink in 0..<graph.width {
        let value = flow.value(to: sink)
        let reached = flow.reachable
        #expect(reached[0] && !reached[graph.stages * graph.width + sink])
        var capacity = 0.0
        for from in matrix.indices where reached[from] {
          for to in matrix.indices where !reached[to] { capacity += matrix[from][to] }
        }
        #expect(abs(value - capacity) < 1e-9, "seed \(seed), sink \(sink)")
      }
    }
  }

  @Test("a way that must be taken back is taken back")
  func backwards() {
    // Greedy ways 0 → 0 → 0 and 0 → 1 → 1 leave no room: the maximum needs 0 → 0 → 1 and 0 → 1 → 0.
    let graph = LayeredCapacities(
      width: 2, stages: 3,
      [1, 1, 0, 0] + [1, 1, 1, 0] + [1, 0, 1, 0])
    var flow = MaximumFlow(graph)
    #expect(abs(flow.value(to: 0) - 2) < 1e-12)
    #expect(flow.value(to: 1) == 0)
  }
}
