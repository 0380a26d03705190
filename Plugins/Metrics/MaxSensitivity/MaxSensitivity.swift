public import XAICore
import XAIFoundation
import XAITensor

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

/// Max-sensitivity: how far the map can move when the image hardly changes.
///
/// max_δ ‖φ(x + δ) − φ(x)‖₂ / ‖φ(x)‖₂ over samples of δ, uniform in [−r, r] for each value of the input; a map without
/// anything has the norm 1. Source: Yeh et al. 2019 (arXiv 1901.09392), Definition 3.1, with the norm of the map below as in captum.
public struct MaxSensitivity: Metric {
  public static let descriptor = MetricDescriptor(
    id: "max-sensitivity", title: "Max-Sensitivity",
    summary: "How far the map can move when the image hardly changes",
    direction: .lower, unit: "", range: 0...1_000_000,
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
      let map = subject.scores.map(Double.init)
      let norm = Self.norm(map)
      let distances = answers.maps.map { other in Self.norm(zip(other, map).map { Double($0) - $1 }) }
      return .value(MetricValue((distances.max() ?? 0) / (norm > 0 ? norm : 1)))
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

  private static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
