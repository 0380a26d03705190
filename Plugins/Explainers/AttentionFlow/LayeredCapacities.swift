import XAICore

/// A graph of layers of N nodes each: edges go from every node of a layer to every node of the next one.
///
/// The first layer is the source: its node 0 leads to the tokens that the logits are read from, with the weights that they
/// are read with. The last layer is the input tokens.
struct LayeredCapacities: Sendable {
  /// Nodes of a layer.
  let width: Int
  /// Layers of edges.
  let stages: Int
  /// Capacities by stage, from node and to node, row by row.
  let values: [Double]

  /// Makes a graph of given capacities.
  init(width: Int, stages: Int, _ values: [Double]) {
    precondition(values.count == stages * width * width, "a capacity for each edge")
    self.width = width
    self.stages = stages
    self.values = values
  }

  /// The graph of one image's attention, by layer from the first to the last.
  init(_ attention: [AttentionRows], _ layout: TokenLayout, residual: Double) {
    let width = layout.tokenCount
    var values = layout.readoutWeights.map { Double($0) }
    values += [Double](repeating: 0, count: (width - 1) * width)
    values.reserveCapacity((attention.count + 1) * width * width)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { entries in
      for layer in attention.reversed() {
        for row in 0..<width {
          layer.writeWeightedSum(layer.equalWeights, row: row, to: entries)
          for c in 0..<width {
            values.append((1 - residual) * Double(entries[c]) + (c == row ? residual : 0))
          }
        }
      }
    }
    self.init(width: width, stages: attention.count + 1, values)
  }
}
