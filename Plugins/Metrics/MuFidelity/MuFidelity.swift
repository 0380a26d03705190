public import XAICore
import XAIFoundation

/// The options of MuFidelity.
public struct MuFidelityOptions: PluginOptions {
  /// How the sums of scores are compared with what is lost.
  public enum Correlation: String, OptionValue, CaseIterable {
    /// By their ranks.
    case spearman
    /// As they are.
    case pearson
  }

  /// How many sets of patches are hidden.
  public var samples = 200
  /// How likely a patch is in a set.
  public var share = 0.2
  /// What stands in the place of hidden patches.
  public var fill = Fill.zero
  /// What is said of the class.
  public var score = PerturbationOptions.Score.logit
  /// How the sums of scores are compared with what is lost.
  public var correlation = Correlation.spearman

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "samples", \.samples, "how many sets of patches are hidden",
      allowed: "a whole number from 2 to 10000", where: { (2...10_000).contains($0) }),
    OptionSpec(
      "share", \.share, "how likely a patch is in a set", allowed: "a number above 0, below 1",
      where: { $0 > 0 && $0 < 1 }),
    OptionSpec("fill", \.fill, "what stands in the place of hidden patches"),
    OptionSpec("score", \.score, "what is said of the class", oneOf: [.logit, .probability]),
    OptionSpec("correlation", \.correlation, "whether ranks are compared, or values as they are"),
  ]
}

/// MuFidelity: how well the scores of hidden patches go with what the class loses.
///
/// The correlation, over random sets S of patches, of Σ_S φ with f(x) − f(x without S).
/// Source: Bhatt et al. 2020 (arXiv 2005.00631), Definition 3, with the sets and the rank correlation of Xplique.
public struct MuFidelity: Metric {
  public static let descriptor = MetricDescriptor(
    id: "mufidelity", title: "MuFidelity",
    summary: "How well the scores of hidden patches go with what the class loses",
    direction: .higher, unit: "", range: -1...1,
    citation: Citation(
      authors: "Bhatt et al.", title: "Evaluating and Aggregating Feature-based Model Explanations",
      venue: "IJCAI", year: 2020, identifier: "arXiv:2005.00631"))

  public let options: MuFidelityOptions

  public init(options: MuFidelityOptions = MuFidelityOptions()) {
    self.options = options
  }

  /// A seed, since the sets of patches are drawn, and probabilities where they are what is said.
  public var needs: MetricNeeds { options.score == .logit ? .seed : [.seed, .probabilities] }

  /// Asks about the image without each set, which are the same for every explainer and class.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    let hidden = HiddenSets(
      (0..<options.samples).map { patches(in: $0, of: subject) }, of: subject, by: options.fill,
      named: "mufidelity \(options.share)")
    return .ask(logits: hidden.frames) { answers in
      let sums = hidden.worths
      let losses = hidden.losses(
        answers.logits.map { options.score.value(of: $0, classIndex: subject.classIndex) })
      let correlation =
        switch options.correlation {
        case .spearman: XAICore.correlation(XAICore.ranks(of: sums), XAICore.ranks(of: losses))
        case .pearson: XAICore.correlation(sums, losses)
        }
      // Where one of them is always the same they don't go together.
      return .value(MetricValue(correlation ?? 0))
    }
  }

  /// The patches of a set: each is in it or not, whatever the others are.
  private func patches(in sample: Int, of subject: MetricSubject) -> [Int] {
    var random = SeededRandom(seed: subject.seed, UInt64(sample))
    let limit = Float(options.share)
    return (0..<subject.grid.count).filter { _ in random.uniform() <= limit }
  }
}
