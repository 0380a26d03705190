import XAI

/// The options of comprehensiveness.
public struct ComprehensivenessOptions: PluginOptions {
  /// The share of pixels that are taken away.
  public var share = 0.2

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "share", \.share, "the share of pixels taken away, the highest of the map first",
      allowed: "a number above 0, up to 1", where: { $0 > 0 && $0 <= 1 })
  ]
}

/// How much of the class's probability goes when the pixels that the map ranks highest are made black.
///
/// (y − o) · 100, y the probability on the whole image and o on what is left. Source: DeYoung et al. 2020
/// (arXiv 1911.03429), for words; here for pixels, of equal values the first first.
public struct Comprehensiveness: Metric {
  public static let descriptor = MetricDescriptor(
    id: "comprehensiveness", title: "Comprehensiveness",
    summary: "How much of the class's probability goes with the pixels that the map ranks highest",
    direction: .higher, unit: "%", range: -100...100,
    citation: Citation(
      authors: "DeYoung et al.", title: "ERASER: A Benchmark to Evaluate Rationalized NLP Models",
      venue: "ACL",
      year: 2020, identifier: "arXiv:1911.03429"))

  public let options: ComprehensivenessOptions

  public init(options: ComprehensivenessOptions = ComprehensivenessOptions()) {
    self.options = options
  }

  /// Probabilities of the class.
  public var needs: MetricNeeds { .probabilities }

  /// Asks about the image without those pixels; the value is in percent.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(logits: FramePlan([frame(of: subject)])) { answers in
      .value(MetricValue(Double(subject.probability - answers.logits[0].probability) * 100))
    }
  }

  private func frame(of subject: MetricSubject) -> Frame {
    let count = Int((options.share * Double(subject.map.count)).rounded())
    return Frame(
      .made {
        let map = subject.map
        let removed = Set(map.indices.sorted { (map[$1], $0) < (map[$0], $1) }.prefix(count))
        let rest = Tensor(
          subject.pixels.shape,
          subject.pixels.elements.enumerated().map { removed.contains($0 % map.count) ? 0 : $1 })
        return subject.preprocessing.normalised(rest)
      })
  }
}
