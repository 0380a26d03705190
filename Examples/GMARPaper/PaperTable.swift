import XAI
import XAIFoundation

/// Table 1 of the GMAR paper next to the same methods and metrics of an experiment.
struct PaperTable {
  /// A method of the paper, and the explainer here.
  struct Row {
    let method: String
    let explainer: String
    /// The paper's value and the one measured here, by metric.
    let values: [(published: Double, measured: Estimate?)]
  }

  /// The metrics that both have.
  let metrics: [MetricIdentity]
  /// The methods that both have.
  let rows: [Row]

  /// Why the two can't be compared.
  static let caution = """
    The paper's values are of ViT-L/16 fine-tuned on Tiny-ImageNet. It gives no protocol: neither how images are masked,
    nor steps and substrate of insertion and deletion, nor GMAR's α, nor the number of images or any interval. A
    difference between the columns says nothing about either implementation.
    """

  private static let metricIDs = ["average-drop", "average-increase", "insertion", "deletion"]

  private static let published = [
    "Grad-CAM": [22.61, 65.8, 10.75, 10.09],
    "Attention Rollout": [25.78, 46.2, 11.97, 12.17],
    "GMAR (L1)": [23.93, 56.1, 12.15, 10.62],
    "GMAR (L2)": [22.13, 55.9, 12.16, 10.64],
  ]

  /// Nil where no method or no metric of the paper was evaluated.
  init?(_ section: ReportSection, registry: Registry) throws {
    let columns = Self.metricIDs.enumerated().flatMap { place, id in
      section.tables.filter { $0.metric.descriptor.id == id }.map { (place: place, table: $0) }
    }
    metrics = columns.map(\.table.metric)
    rows = try section.experiment.explainers.enumerated().compactMap { index, identity in
      let method = try Self.method(registry.explainer(identity.specification))
      guard let method, let published = Self.published[method] else { return nil }
      return Row(
        method: method, explainer: identity.specification,
        values: columns.map { (published[$0.place], $0.table.rows[index].estimate) })
    }
    guard !rows.isEmpty, !metrics.isEmpty else { return nil }
  }

  /// What the paper calls an explainer; nil for one that it doesn't have.
  private static func method(_ explainer: any Explainer) -> String? {
    switch explainer {
    case let gmar as GMAR: gmar.options.norm == .l1 ? "GMAR (L1)" : "GMAR (L2)"
    case is GradCAM: "Grad-CAM"
    case is AttentionRollout: "Attention Rollout"
    default: nil
    }
  }

  /// The table with a pair of columns for each metric.
  var text: String {
    let header =
      ["method", "explainer"]
      + metrics.flatMap { ["\($0.descriptor.title), paper", "here (\($0.protocolHash))"] }
    let lines = rows.map { row in
      [row.method, row.explainer]
        + row.values.flatMap { [decimal($0.published, places: 2), Self.text($0.measured)] }
    }
    return table([header] + lines, rightAligned: Set(2..<header.count))
  }

  private static func text(_ estimate: Estimate?) -> String {
    guard let estimate else { return "–" }
    let interval = estimate.interval.map {
      " [\(decimal($0.low, places: 2)), \(decimal($0.high, places: 2))]"
    }
    return "\(decimal(estimate.mean, places: 2))\(interval ?? ""), n \(estimate.count)"
  }
}
