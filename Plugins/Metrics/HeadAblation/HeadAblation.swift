public import XAICore
import XAIFoundation

/// Head Ablation: whether the heads that a method weights most are those that the class needs.
///
/// The model's heads are removed in the order of the method's weights, and the class is asked about at each step: the area
/// with those of least weight removed first, minus that with those of most. Explainers without head weights have no value.
/// Sources: the removal of heads is that of Michel et al. 2019 (arXiv 1905.10650) and Voita et al. 2019; the difference of
/// both orders is that of Blücher et al. 2024 (arXiv 2401.06654), for heads instead of pixels.
public struct HeadAblation: Metric {
  public static let descriptor = MetricDescriptor(
    id: "head-ablation", title: "Head Ablation",
    summary: "Whether the class needs the heads that the method weights most, and not the others",
    direction: .higher, unit: "", range: -1000...1000,
    curveAxes: MetricDescriptor.CurveAxes(x: "heads removed, %", y: "gain"),
    citation: Citation(
      authors: "Michel et al.", title: "Are Sixteen Heads Really Better than One?", venue: "NeurIPS",
      year: 2019, identifier: "arXiv:1905.10650"))

  /// The order and the steps.
  public let options: HeadAblationOptions

  public init(options: HeadAblationOptions = HeadAblationOptions()) {
    self.options = options
  }

  /// A model without some of its heads, and probabilities, except for logits.
  public var needs: MetricNeeds {
    options.score == .logit ? .headRemoval : [.headRemoval, .probabilities]
  }

  /// Asks about the image without the first heads of each order; nil where the explainer weights no heads.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    guard let weights = subject.headWeights, weights.contains(where: { !$0.isEmpty }) else {
      return .value(nil)
    }
    let orders = options.order == .both ? [HeadAblationOptions.Order.least, .most] : [options.order]
    let steps = orders.map { removed(by: weights, mostFirst: $0 == .most) }
    // The first point is the whole model and the last the one without heads, which both orders share.
    let inner = steps[0].count - 1
    let frames = [Frame.whole] + steps.flatMap { $0.dropLast().map { Frame(.heads($0)) } }
    let none = Frame(.heads(steps[0][inner]), identity: .ofImage("no-heads \(weights.map(\.count))"))
    return .ask(logits: FramePlan(frames + [none])) { answers in
      let scores = answers.logits.map { options.score.value(of: $0, classIndex: subject.classIndex) }
      let curves = orders.indices.map { order in
        [scores[0]] + scores[(1 + order * inner)..<(1 + (order + 1) * inner)] + [scores[scores.count - 1]]
      }
      return .value(value(of: curves))
    }
  }

  /// What is removed at each point but the first, ascending: lists of heads, the last of which is all of them.
  private func removed(by weights: [[Float]], mostFirst: Bool) -> [[Intervention.Head]] {
    func ordered(_ heads: [Intervention.Head]) -> [Intervention.Head] {
      heads.indices.sorted {
        let (a, b) = (weights[heads[$0].layer][heads[$0].head], weights[heads[$1].layer][heads[$1].head])
        return a == b ? $0 < $1 : (a > b) == mostFirst
      }.map { heads[$0] }
    }
    let layers = weights.indices.map { layer in
      weights[layer].indices.map { Intervention.Head(layer: layer, head: $0) }
    }
    let groups = (options.among == .layer ? layers : [Array(layers.joined())]).map(ordered)
    let longest = groups.reduce(0) { max($0, $1.count) }
    let count = min(options.steps, longest)
    return (1...count).map { step in groups.flatMap { $0.prefix(step * $0.count / count) } }
  }

  /// The area by the trapezoidal rule, with the curve: in percent, except for logits.
  private func value(of curves: [[Double]]) -> MetricValue {
    let scale = options.score == .logit ? 1.0 : 100
    let points = curves[0].indices
    let y = points.map { point in
      switch options.order {
      case .both: (curves[0][point] - curves[1][point]) * scale
      case .least: curves[0][point] * scale
      case .most: (curves[0][0] - curves[0][point]) * scale
      }
    }
    let steps = Double(points.count - 1)
    let area = (y.reduce(0, +) - (y[0] + y[points.count - 1]) / 2) / steps
    return MetricValue(
      area, curve: MetricValue.Curve(x: points.map { Double($0) / steps * 100 }, y: y))
  }
}
