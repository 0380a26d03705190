public import XAICore
import XAIFoundation

/// The options of infidelity.
public struct InfidelityOptions: PluginOptions {
  /// How many sets of patches are hidden.
  public var samples = 64
  /// The share of the patches in a set.
  public var share = 0.25
  /// What stands in the place of hidden patches.
  public var fill = Fill.zero
  /// Whether the map is scaled as suits it best, and the error a share of what scores lose.
  public var normalise = true

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "samples", \.samples, "how many sets of patches are hidden",
      allowed: "a whole number from 2 to 10000", where: { (2...10_000).contains($0) }),
    OptionSpec(
      "share", \.share, "the share of the patches in a set", allowed: "a number above 0, below 1",
      where: { $0 > 0 && $0 < 1 }),
    OptionSpec("fill", \.fill, "what stands in the place of hidden patches"),
    OptionSpec(
      "normalise", \.normalise,
      "whether the map is scaled as suits it best, and the error a share of what the logit loses"),
  ]
}

/// Infidelity: how far the map is from saying what the class's logit loses when patches are hidden.
///
/// E[(Σ_S φ − (f(x) − f(x without S)))²] over random sets S of patches. By default φ is scaled by the β ≥ 0 that suits it
/// best, and the error is a share of E[(f(x) − f(x without S))²]: 0 where the map says it all, 1 where it says nothing.
/// Source: Yeh et al. 2019 (arXiv 1901.09392), Definition 2.1 with a random subset of features set to a baseline, and the
/// optimal scaling of its experiments, as in captum.
public struct Infidelity: Metric {
  public static let descriptor = MetricDescriptor(
    id: "infidelity", title: "Infidelity",
    summary: "How far the map is from saying what the class's logit loses when patches are hidden",
    direction: .lower, unit: "", range: 0...1_000_000,
    citation: Citation(
      authors: "Yeh et al.", title: "On the (In)fidelity and Sensitivity of Explanations", venue: "NeurIPS",
      year: 2019, identifier: "arXiv:1901.09392"))

  public let options: InfidelityOptions

  public init(options: InfidelityOptions = InfidelityOptions()) {
    self.options = options
  }

  /// A seed: the sets of patches are drawn.
  public var needs: MetricNeeds { .seed }

  /// Asks for the logits of the image without each set, which are the same for every explainer and class.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    let hidden = HiddenSets(
      (0..<options.samples).map { patches(in: $0, of: subject) }, of: subject, by: options.fill,
      named: "infidelity \(options.share)")
    return .ask(logits: hidden.frames) { answers in
      let losses = hidden.losses(answers.logits.map { Double($0.logits[subject.classIndex]) })
      return .value(MetricValue(error(of: hidden.worths, about: losses)))
    }
  }

  private func error(of sums: [Double], about losses: [Double]) -> Double {
    func mean(_ values: some Sequence<Double>) -> Double { values.reduce(0, +) / Double(losses.count) }
    guard options.normalise else { return mean(zip(sums, losses).map { ($0 - $1) * ($0 - $1) }) }
    let squares = mean(sums.map { $0 * $0 })
    let scale = squares > 0 ? max(mean(zip(sums, losses).map { $0 * $1 }) / squares, 0) : 0
    let total = mean(losses.map { $0 * $0 })
    let error = mean(zip(sums, losses).map { (scale * $0 - $1) * (scale * $0 - $1) })
    return total > 0 ? min(error / total, 1) : 0
  }

  /// The patches of a set, drawn without replacement.
  private func patches(in sample: Int, of subject: MetricSubject) -> [Int] {
    var random = SeededRandom(seed: subject.seed, UInt64(sample))
    var patches = Array(0..<subject.grid.count)
    let count = max(1, Int((options.share * Double(patches.count)).rounded()))
    for index in 0..<count { patches.swapAt(index, index + random.index(below: patches.count - index)) }
    return Array(patches.prefix(count))
  }
}
