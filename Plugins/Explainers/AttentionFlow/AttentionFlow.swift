import Dispatch
public import XAICore
import XAIFoundation
import XAITensor

/// The options of Attention Flow.
public struct AttentionFlowOptions: PluginOptions {
  /// The first layer that counts, from 0.
  public var start = 0
  /// Share of the identity in each layer's capacities, for the residual stream.
  public var residual = 0.5

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    OptionSpec(
      "residual", \.residual, "share of the identity in each layer's capacities, for the residual stream",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
  ]
}

/// Attention Flow: the maximum flow from the readout token to each patch, attention being the capacity of edges.
///
/// Nodes are the tokens of every layer; the edge from token i above layer l to token j below it has the capacity
/// ρ·δ_ij + (1 − ρ)·mean_h A_l,h,ij. Source: Abnar & Zuidema 2020 (arXiv 2005.00928), section 3.2.
public struct AttentionFlow: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "attention-flow", title: "Attention Flow",
    summary: "Finds the maximum flow from the readout token to each patch, with attention as capacities",
    family: .attention, needs: [.attention], isClassSpecific: false, scores: .magnitude, backwardPasses: "0",
    citation: Citation(
      authors: "Abnar & Zuidema", title: "Quantifying Attention Flow in Transformers", venue: "ACL",
      year: 2020, identifier: "arXiv:2005.00928"))

  public let options: AttentionFlowOptions

  public init(options: AttentionFlowOptions = AttentionFlowOptions()) {
    self.options = options
  }

  /// It counts flows in one graph whose layers are alike, from every token to every other.
  public var needsIsotropicLayers: String? {
    "it counts flows in one graph whose layers are alike, from every token to every other"
  }

  /// Needs the attention of every layer from `start` on.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    let start = try model.layer(options.start, option: "start")
    return Recording(attention: .some(Set(start..<model.layerCount)))
  }

  /// Explains every image; all targets of an image have the same map.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let layers = options.start..<model.descriptor.layerCount
    let maps = try (0..<trace.batchCount).map { image in
      let attention = try layers.map { try AttentionRows(trace, layer: $0, image: image) }
      return try Self.flows(
        LayeredCapacities(attention, trace.layout, residual: options.residual), trace.layout)
    }
    return try targets.map { image, _, classIndex in
      try Attribution(scores: maps[image], of: trace, classIndex: classIndex, by: self)
    }
  }

  /// The maximum flow to each patch; sinks don't depend on one another and are shared out among threads.
  ///
  /// A large model's takes seconds, so each thread looks between two sinks whether the task was cancelled.
  private static func flows(
    _ capacities: LayeredCapacities, _ layout: TokenLayout
  ) throws(CancellationError) -> [Float] {
    let patches = layout.patches
    let chunk = max(1, patches.count / 32)
    var flows = [Float](repeating: 0, count: patches.count)
    flows.withUnsafeMutableBufferPointer { flows in
      nonisolated(unsafe) let results = flows
      withUnsafeCurrentTask { task in
        nonisolated(unsafe) let task = task
        DispatchQueue.concurrentPerform(iterations: (patches.count + chunk - 1) / chunk) { iteration in
          var flow = MaximumFlow(capacities)
          for patch in iteration * chunk..<min((iteration + 1) * chunk, patches.count) {
            if let task, task.isCancelled { return }
            results[patch] = Float(flow.value(to: patches.lowerBound + patch))
          }
        }
      }
    }
    if Task.isCancelled { throw CancellationError() }
    return flows
  }
}

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
    require(values.count == stages * width * width, "a capacity for each edge")
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
