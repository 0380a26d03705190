import XAI

/// The options of max-sensitivity.
public struct MaxSensitivityOptions: PluginOptions {
  /// How many changed images are explained.
  public var samples = 10
  /// How far each value of the model's input is changed at most.
  public var radius = 0.02

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "samples", \.samples, "how many changed images are explained",
      allowed: "a whole number from 1 to 1000", where: { (1...1000).contains($0) }),
    OptionSpec(
      "radius", \.radius, "how far each value of the model's input is changed at most",
      allowed: "a number above 0", where: { $0 > 0 }),
  ]
}

/// How far the map can move when the image hardly changes.
///
/// max_δ ‖φ(x + δ) − φ(x)‖₂ over samples of δ, uniform in [−r, r] for each value of the input, with φ the map at norm 1, so
/// that methods of any scale compare; a map without anything stays so. Source: Yeh et al. 2019 (arXiv 1901.09392), Definition 2.
public struct MaxSensitivity: Metric {
  public static let descriptor = MetricDescriptor(
    id: "max-sensitivity", title: "Max-Sensitivity",
    summary: "How far the map can move when the image hardly changes",
    direction: .lower, unit: "", range: 0...2,
    citation: Citation(
      authors: "Yeh et al.", title: "On the (In)fidelity and Sensitivity of Explanations", venue: "NeurIPS",
      year: 2019, identifier: "arXiv:1901.09392"))

  public let options: MaxSensitivityOptions

  public init(options: MaxSensitivityOptions = MaxSensitivityOptions()) {
    self.options = options
  }

  /// A seed: what is added to the image is drawn.
  public var needs: MetricNeeds { .seed }

  /// Asks for the maps of changed images, which are the same for every explainer and class.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(maps: (0..<options.samples).map { MapRequest(changed($0, subject)) }) { answers in
      let map = Self.unit(subject.scores)
      let distances = answers.maps.map { other in
        zip(Self.unit(other), map).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      }
      // Rounding may lead out of the range.
      return .value(MetricValue(min(distances.max() ?? 0, 2)))
    }
  }

  private func changed(_ sample: Int, _ subject: MetricSubject) -> Frame {
    Frame(
      .made { [radius = Float(options.radius)] in
        var random = SeededRandom(seed: subject.seed, UInt64(sample))
        return Tensor(
          subject.pixels.shape,
          subject.image.input.elements.map { $0 + radius * (2 * random.uniform() - 1) })
      }, identity: .ofImage("max-sensitivity \(options.radius) \(sample)"))
  }

  private static func unit(_ map: [Float]) -> [Double] {
    let norm = map.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return map.map { norm > 0 ? Double($0) / norm : 0 }
  }
}
