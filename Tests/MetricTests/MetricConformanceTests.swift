import Testing
import XAICore
import XAIMetrics
import XAITesting

/// The conformance kit on every metric of the list: one that is added to it is tried without a file of its own.
@Suite struct MetricConformanceTests {
  /// Metrics that don't say which of two maps is right.
  ///
  /// That of heads has no value on a model without them, and that of sums none for magnitudes. On an image that is nearly
  /// the same everywhere, chance decides what hidden pixels that are filled in from others do, and a sum of scores that is
  /// far from any logit.
  static let undirected: Set = [
    "entropy", "sparsity", "mst-c", "head-ablation", "completeness", "road", "saco", "infidelity",
  ]
  /// Rows and columns of the images; a tolerance of 15 pixels, which a preset has, must not reach across one.
  static let sides = ["pointing-game": 64]

  @Test("conforms", arguments: BuiltIn.chosen(of: builtInMetrics))
  func conforms(_ plugin: BuiltIn) throws {
    let metric = try #require(plugin.type as? any Metric.Type)
    run(metric)
  }

  private func run<M: Metric>(_ type: M.Type) {
    let id = M.descriptor.id
    MetricConformance(type, checksDirection: !Self.undirected.contains(id), side: Self.sides[id] ?? 16).run()
  }
}
