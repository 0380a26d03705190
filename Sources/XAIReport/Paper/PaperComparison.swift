import XAICore
public import XAIEvaluation

/// Table 1 of the GMAR paper beside the same methods and metrics here.
///
/// Source: Jo, Jang and Park 2025, "GMAR: Gradient-Driven Multi-Head Attention Rollout for Vision Transformer
/// Interpretability", Table 1: ViT-L/16, Tiny-ImageNet.
public struct PaperComparison: Sendable {
  /// A method of the paper, with an explainer here.
  public struct Row: Sendable {
    /// What the paper calls the method.
    public let method: String
    /// The explainer's index in the experiment.
    public let explainer: Int
    /// The paper's value under each metric.
    public let published: [Double]
    /// Ours.
    public let ours: [Estimate?]
  }

  /// The metrics that both have.
  public let metrics: [MetricIdentity]
  /// The methods that both have.
  public let rows: [Row]

  /// What makes the two incomparable.
  public static let caution = """
    The paper's figures are of ViT-L/16 fine-tuned on Tiny-ImageNet. It gives no protocol: neither how pictures are masked, \
    nor steps and substrate of insertion and deletion, nor GMAR's α, nor the number of pictures or any interval. \
    The columns are side by side to be looked at; a difference between them says nothing about either implementation.
    """
}

extension PaperComparison {
  private static let metricIDs = ["average-drop", "average-increase", "insertion", "deletion"]

  private static let methods: [(name: String, id: String, norm: String?, values: [Double])] = [
    ("Grad-CAM", "grad-cam", nil, [22.61, 65.8, 10.75, 10.09]),
    ("Attention Rollout", "attention-rollout", nil, [25.78, 46.2, 11.97, 12.17]),
    ("GMAR (L1)", "gmar", "l1", [23.93, 56.1, 12.15, 10.62]),
    ("GMAR (L2)", "gmar", "l2", [22.13, 55.9, 12.16, 10.64]),
  ]

  /// Nil where no method or no metric of the paper is here.
  init?(_ experiment: Experiment, tables: [MetricTable]) {
    let columns = tables.indices.compactMap { table in
      Self.metricIDs.firstIndex(of: tables[table].metric.descriptor.id).map { (table: table, published: $0) }
    }.sorted { ($0.published, $0.table) < ($1.published, $1.table) }
    metrics = columns.map { tables[$0.table].metric }
    rows = Self.methods.flatMap { method in
      experiment.explainers.indices.filter { experiment.explainers[$0].matches(method.id, norm: method.norm) }
        .map { explainer in
          Row(
            method: method.name, explainer: explainer,
            published: columns.map { method.values[$0.published] },
            ours: columns.map { tables[$0.table].rows[explainer].estimate })
        }
    }
    guard !rows.isEmpty, !columns.isEmpty else { return nil }
  }
}

extension ExplainerIdentity {
  /// Whether it is an explainer of that id and norm; L1 is the norm where none is written.
  fileprivate func matches(_ id: String, norm: String?) -> Bool {
    guard descriptor.id == id else { return false }
    guard let norm else { return true }
    let options = specification.drop { $0 != ":" }.dropFirst().split(separator: ",")
    let written = options.first { $0.hasPrefix("norm=") }?.dropFirst("norm=".count)
    return (written.map(String.init) ?? "l1") == norm
  }
}
