import XAI

/// The options of infidelity.
public struct InfidelityOptions: PluginOptions {
  /// How many sets of patches are hidden.
  public var samples = 64
  /// The share of the patches in a set.
  public var share = 0.25

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "samples", \.samples, "how many sets of patches are hidden",
      allowed: "a whole number from 2 to 10000", where: { (2...10_000).contains($0) }),
    OptionSpec(
      "share", \.share, "the share of the patches in a set", allowed: "a number above 0, below 1",
      where: { $0 > 0 && $0 < 1 }),
  ]
}

/// How far the map is from saying what the class's logit loses when patches are hidden.
///
/// E[(β·Σ_S φ − (f(x) − f(x without S)))²] over random sets S of patches, as a share of E[(f(x) − f(x without S))²]: 0 where
/// the map says it all, 1 where it says nothing. β ≥ 0 is the scale that suits the map best. Hidden patches are 0
/// after mean and standard deviation. Source: Yeh et al. 2019 (arXiv 1901.09392), Definition 1 with differences to a baseline, and the
/// optimal scaling of Section 2; the share is for models of different logits.
public struct Infidelity: Metric {
  public static let descriptor = MetricDescriptor(
    id: "infidelity", title: "Infidelity",
    summary: "How far the map is from saying what the class's logit loses when patches are hidden",
    direction: .lower, unit: "", range: 0...1,
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
    let sets = (0..<options.samples).map { patches(in: $0, of: subject) }
    let frames = FramePlan(count: sets.count) { frame($0, without: sets[$0], of: subject) }
    return .ask(logits: frames) { answers in
      let losses = answers.logits.map {
        Double(subject.logits[subject.classIndex]) - Double($0.logits[subject.classIndex])
      }
      let sums = sets.map { $0.reduce(0) { $0 + Double(subject.scores[$1]) } }
      let products = zip(sums, losses).reduce(0) { $0 + $1.0 * $1.1 }
      let squares = sums.reduce(0) { $0 + $1 * $1 }
      let scale = squares > 0 ? max(products / squares, 0) : 0
      let error = zip(sums, losses).reduce(0) { $0 + (scale * $1.0 - $1.1) * (scale * $1.0 - $1.1) }
      let total = losses.reduce(0) { $0 + $1 * $1 }
      return .value(MetricValue(total > 0 ? min(error / total, 1) : 0))
    }
  }

  /// The patches of a set, drawn without replacement.
  private func patches(in sample: Int, of subject: MetricSubject) -> [Int] {
    var random = SeededRandom(seed: subject.seed, UInt64(sample))
    var patches = Array(0..<subject.grid.count)
    let count = max(1, Int((options.share * Double(patches.count)).rounded()))
    for index in 0..<count { patches.swapAt(index, index + random.index(below: patches.count - index)) }
    return Array(patches.prefix(count))
  }

  private func frame(_ sample: Int, without hidden: [Int], of subject: MetricSubject) -> Frame {
    Frame(
      .image(
        .choice(subject.image.input, or: Tensor(repeating: 0, subject.pixels.shape)) {
          let cells = PatchCells(grid: subject.grid, height: subject.height, width: subject.width)
          var shown = [Float](repeating: 1, count: subject.map.count)
          for patch in hidden {
            for row in cells.rows(of: patch / cells.grid.columns) {
              for column in cells.columns(of: patch % cells.grid.columns) {
                shown[row * cells.width + column] = 0
              }
            }
          }
          return Tensor([shown.count], shown)
        }), identity: .ofImage("infidelity \(options.share) \(sample)"))
  }
}
