public import XAICore
import XAIFoundation
import XAITensor

/// The options of SaCo.
public struct SaCoOptions: PluginOptions {
  /// What stands in the place of a group's pixels.
  public enum Substitute: OptionValue {
    /// The mean of each channel over the image.
    case imageMean
    /// A fill.
    case fill(Fill)

    private static let all: [Substitute] = [.imageMean] + Fill.allCases.map { .fill($0) }

    /// Reads `image-mean` or the name of a fill.
    public init?(optionText: String) {
      guard let found = Self.all.first(where: { $0.optionText == optionText }) else { return nil }
      self = found
    }

    /// `image-mean`, or the name of the fill.
    public var optionText: String {
      switch self {
      case .imageMean: "image-mean"
      case .fill(let fill): fill.optionText
      }
    }

    /// Every value.
    public static var allowedOptionText: String { optionTexts.joined(separator: " | ") }

    /// Every value.
    public static var optionTexts: [String] { all.map(\.optionText) }
  }

  /// How many groups the pixels are divided into.
  public var groups = 10
  /// What stands in the place of a group's pixels.
  public var substrate = Substitute.imageMean

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "groups", \.groups, "how many groups of equal size the pixels are divided into",
      allowed: "a whole number from 2 to 1000", where: { (2...1000).contains($0) }),
    OptionSpec("substrate", \.substrate, "what stands in the place of a group's pixels"),
  ]
}

/// SaCo, the Salience-guided Faithfulness Coefficient: whether pixels with more salience matter more, weighted by how much
/// more they have.
///
/// The pixels are divided into K groups of equal size in the order of the map. With s_i the salience of a group and d_i what
/// the class's probability loses without it, Σ_{i<j} ±(s_i − s_j) / Σ_{i<j} (s_i − s_j), positive where d_i ≥ d_j.
/// Source: Wu et al. 2024 (arXiv 2404.01415), Algorithm 1.
public struct SaCo: Metric {
  public static let descriptor = MetricDescriptor(
    id: "saco", title: "SaCo",
    summary: "Whether pixels with more salience matter more, weighted by how much more they have",
    direction: .higher, unit: "", range: -1...1,
    citation: Citation(
      authors: "Wu et al.", title: "On the Faithfulness of Vision Transformer Explanations", venue: "CVPR",
      year: 2024, identifier: "arXiv:2404.01415"))

  public let options: SaCoOptions

  public init(options: SaCoOptions = SaCoOptions()) {
    self.options = options
  }

  /// Probabilities of the class.
  public var needs: MetricNeeds { .probabilities }

  /// Asks about the image without each group; a map that is the same everywhere has 0.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    let order = highestIndices(of: subject.map, count: subject.map.count)
    let groups = (0..<options.groups).map { group in
      order[group * order.count / options.groups..<(group + 1) * order.count / options.groups]
    }
    let substitute = Lazy { self.substitute(for: subject) }
    let frames = FramePlan(count: groups.count) { frame(of: subject, without: groups[$0], substitute) }
    return .ask(logits: frames) { answers in
      // Of equal groups, that of more salience is no less than the other: what counts is which loses more.
      let left = answers.logits.map { Double($0.probability) }
      let salience = groups.map { $0.reduce(0) { $0 + Double(subject.map[$1]) } }
      var (sum, total) = (0.0, 0.0)
      for first in groups.indices {
        for second in groups.indices.dropFirst(first + 1) {
          let weight = salience[first] - salience[second]
          sum += left[first] <= left[second] ? weight : -weight
          total += abs(weight)
        }
      }
      return .value(MetricValue(total > 0 ? sum / total : 0))
    }
  }

  private func frame(
    of subject: MetricSubject, without group: ArraySlice<Int>, _ substitute: Lazy<Tensor>
  ) -> Frame {
    Frame(
      .image(
        FrameImage(.where(isZero: .operand(2), then: .operand(1), otherwise: .operand(0))) {
          var shown = [Float](repeating: 1, count: subject.map.count)
          for pixel in group { shown[pixel] = 0 }
          return [subject.image.input, substitute.value, Tensor([shown.count], shown)]
        }))
  }

  private func substitute(for subject: MetricSubject) -> Tensor {
    if case .fill(let fill) = options.substrate { return subject.image.input(of: fill) }
    let (elements, plane) = (subject.image.input.elements, subject.map.count)
    let means = (0..<3).map { channel in
      elements[channel * plane..<(channel + 1) * plane].reduce(0) { $0 + Double($1) } / Double(plane)
    }
    return Tensor(subject.pixels.shape, elements.indices.map { Float(means[$0 / plane]) })
  }
}
