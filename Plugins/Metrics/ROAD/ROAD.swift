public import XAICore
import XAIFoundation
import XAITensor

/// ROAD, Remove and Debias: how the class fares when pixels are removed in such a way that the model can't see where.
///
/// What is removed is filled in from its surroundings, so that the shape of the removed part, which a map may give away by
/// itself, does not show. The mean over shares of what is left without the least relevant, minus what is left without the
/// most relevant, and half of that. Source: Rong et al. 2022 (arXiv 2202.00449); pixels, shares and the half as in
/// pytorch-grad-cam.
public struct ROAD: Metric {
  public static let descriptor = MetricDescriptor(
    id: "road", title: "ROAD",
    summary:
      "How the class fares when what the map ranks is removed without a trace, lowest first minus highest first",
    direction: .higher, unit: "", range: -1000...1000,
    curveAxes: MetricDescriptor.CurveAxes(x: "removed, %", y: "half of the gain"),
    citation: Citation(
      authors: "Rong et al.",
      title: "A Consistent and Efficient Evaluation Strategy for Attribution Methods", venue: "ICML",
      year: 2022, identifier: "arXiv:2202.00449"))

  /// What is removed, and what is said of it.
  public let options: ROADOptions

  public init(options: ROADOptions = ROADOptions()) {
    self.options = options
  }

  /// Probabilities, except for logits, and a seed for the noise.
  public var needs: MetricNeeds {
    var needs: MetricNeeds = options.noise > 0 ? .seed : []
    if options.score != .logit { needs.insert(.probabilities) }
    return needs
  }

  /// Asks about the image without each share of either order.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    let steps = options.steps
    let removed = (1..<steps).map { 100 * Double($0) / Double(steps) }
    let orders = options.order == .both ? [ROADOptions.Order.least, .most] : [options.order]
    let noise = Lazy { self.noise(for: subject) }
    let frames = orders.flatMap { order in
      removed.map { share in
        Frame(.made { imputed(subject, share, highest: order == .most, noise.value) })
      }
    }
    return .ask(logits: FramePlan([.whole] + frames)) { answers in
      let scores = answers.logits.map { options.score.value(of: $0, classIndex: subject.classIndex) }
      let scale = options.score == .logit ? 1.0 : 100
      let y = removed.indices.map { place in
        let score = scores[1 + place]
        return switch options.order {
        case .both: (score - scores[1 + removed.count + place]) / 2 * scale
        case .least: (score - scores[0]) * scale
        case .most: (scores[0] - score) * scale
        }
      }
      return .value(
        MetricValue(
          y.reduce(0, +) / Double(y.count), curve: MetricValue.Curve(x: removed, y: y)))
    }
  }

  /// What is added to each value that is filled in, 3 × H × W, the same for every map of the image.
  private func noise(for subject: MetricSubject) -> Tensor {
    guard options.noise > 0 else { return Tensor(repeating: 0, subject.pixels.shape) }
    var random = SeededRandom(seed: subject.seed, 0)
    let scale = Float(options.noise)
    return Tensor(subject.pixels.shape, (0..<subject.pixels.count).map { _ in scale * random.normal() })
  }

  private func imputed(
    _ subject: MetricSubject, _ share: Double, highest: Bool, _ noise: Tensor
  ) -> Tensor {
    let missing = Self.removed(from: highest ? subject.map : subject.map.map { 1 - $0 }, share)
    let imputation = LinearImputation(missing: missing, height: subject.height, width: subject.width)
    let filled = imputation.filled(subject.image.input)
    let isMissing = Tensor([missing.count], missing.map { $0 ? 1 : 0 })
    return Tensor.map(
      [filled, noise, isMissing], to: filled.shape, .operand(0) + .operand(1) * .operand(2))
  }

  /// The pixels whose values are at least the quantile that leaves a share above it, in percent; of many equal values more
  /// than the share may be.
  ///
  /// The quantile is linear between two values (Hyndman and Fan 1996, definition 7), as in NumPy.
  static func removed(from map: [Float], _ share: Double) -> [Bool] {
    let sorted = map.sorted()
    let place = (100 - share) / 100 * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    let (low, high) = (Double(sorted[below]), Double(sorted[above]))
    let threshold = low + (place - Double(below)) * (high - low)
    return map.map { Double($0) >= threshold }
  }
}
