import XAICore
public import XAIEvaluation
import XAIFoundation

/// The weights that an explainer gives to heads, against what removing the heads does.
///
/// An explainer that weights heads claims that some matter more than others. The effect of a head is how far the logit of
/// the class falls when it is removed; where weights mean what they say, the heads of a layer are in the same order by both.
public struct HeadComparison: Sendable {
  /// The explainer's index in the experiment.
  public let explainer: Int
  /// Subjects that have both.
  public let subjectCount: Int
  /// The mean weight of each head, `[layer][head]`.
  public let weights: [[Double]]
  /// The mean effect of each head, `[layer][head]`.
  public let effects: [[Double]]
  /// Spearman's correlation over the heads of each layer; nil where a layer orders nothing, as one head does.
  public let layers: [Correlation?]
  /// The mean of the layers' correlations: weights are shares of a layer and say nothing about another one.
  public let overall: Correlation?

  /// A correlation between mean weights and mean effects.
  public struct Correlation: Hashable, Sendable, Encodable {
    /// The correlation, from −1 to 1.
    public let value: Double
    /// Its interval over resampled images; nil for fewer than two.
    public let interval: ConfidenceInterval?
  }
}

/// The comparison of an explainer, of images that come one by one: their sums are kept, and not what each head does in each.
struct HeadPass {
  private let explainer: Int
  private let draws: Lazy<ResampleDraws>
  /// Images that came before the first one with heads.
  private var skipped = 0
  private var subjectCount = 0
  private var heads: (layerCount: Int, headCount: Int, rows: ResampledRows)?

  /// Begins without an image.
  ///
  /// - Parameter draws: of as many images as will come; made when heads are there.
  init(of explainer: Int, draws: Lazy<ResampleDraws>) {
    (self.explainer, self.draws) = (explainer, draws)
  }

  /// Adds the next image that was evaluated.
  mutating func add(_ image: ImageResult) {
    let known = image.subjects.compactMap { [explainer] in Heads($0, explainer) }
    if heads == nil, let first = known.first { begin(first) }
    guard let (layerCount, headCount, _) = heads else {
      skipped += 1
      return
    }
    // The first ones say of which heads the comparison is.
    let alike = known.filter { $0.layerCount == layerCount && $0.weights.count == layerCount * headCount }
    var sums = [Double](repeating: 0, count: 2 * layerCount * headCount)
    for subject in alike {
      for (index, number) in (subject.weights + subject.effects).enumerated() { sums[index] += number }
    }
    heads?.rows.append(sums: sums, counts: [Double(alike.count)])
    subjectCount += alike.count
  }

  private mutating func begin(_ first: Heads) {
    let columnCount = 2 * first.weights.count
    var rows = ResampledRows(draws.value, groupCount: 1, groupSize: columnCount)
    for _ in 0..<skipped { rows.append(sums: [Double](repeating: 0, count: columnCount), counts: [0]) }
    heads = (first.layerCount, first.weights.count / first.layerCount, rows)
  }

  /// The comparison of the images that were added; nil where none has weights and effects.
  func comparison() -> HeadComparison? {
    heads.map { layerCount, headCount, rows in
      HeadComparison(
        explainer, subjectCount: subjectCount, layerCount: layerCount, headCount: headCount, rows)
    }
  }
}

extension HeadComparison {
  fileprivate init(
    _ explainer: Int, subjectCount: Int, layerCount: Int, headCount: Int, _ rows: ResampledRows
  ) {
    var rows = rows
    let means = rows.means()
    let values = Self.correlations(of: means, layerCount: layerCount)
    var replicates = [[Double]](repeating: [], count: layerCount + 1)
    rows.forEachResample { means in
      for (index, value) in Self.correlations(of: means, layerCount: layerCount).enumerated() {
        replicates[index].append(value ?? .nan)
      }
    }
    let hasIntervals = rows.imageCount(of: 0) > 1
    let correlations = zip(values, replicates).map { value, replicates in
      value.map {
        Correlation(
          value: $0, interval: hasIntervals ? ConfidenceInterval(percentilesOf: replicates) : nil)
      }
    }
    func byLayer(_ values: ArraySlice<Double>) -> [[Double]] {
      (0..<layerCount).map { Array(values.dropFirst($0 * headCount).prefix(headCount)) }
    }
    self.explainer = explainer
    self.subjectCount = subjectCount
    weights = byLayer(means[..<(means.count / 2)])
    effects = byLayer(means[(means.count / 2)...])
    layers = Array(correlations.dropLast())
    overall = correlations.last.flatMap { $0 }
  }

  /// The correlation of each layer, then the mean of those that there are.
  ///
  /// - Parameter means: the weights of all heads, layer by layer, then their effects.
  private static func correlations(of means: [Double], layerCount: Int) -> [Double?] {
    let headCount = means.count / 2 / layerCount
    let layers = (0..<layerCount).map { layer -> Double? in
      let start = layer * headCount
      let weights = means[start..<start + headCount].map { Float($0) }
      let effects = means[(means.count / 2 + start)...].prefix(headCount).map { Float($0) }
      return rankCorrelation(weights, effects)
    }
    let known = layers.compactMap { $0 }
    return layers + [known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)]
  }
}

/// Weights and effects of all heads for one subject, layer by layer.
private struct Heads {
  let layerCount: Int
  let weights: [Double]
  let effects: [Double]

  /// Nil where one of the two is missing, or they are not of the same heads.
  init?(_ subject: SubjectResult, _ explainer: Int) {
    guard let weights = subject.maps[explainer].diagnostics.headWeights, let effects = subject.headEffects,
      weights.map(\.count) == effects.map(\.count), Set(weights.map(\.count)).count == 1
    else { return nil }
    layerCount = weights.count
    self.weights = weights.flatMap { $0 }.map { Double($0) }
    self.effects = effects.flatMap { $0 }.map { Double($0) }
    guard (self.weights + self.effects).allSatisfy(\.isFinite) else { return nil }
  }
}
