import XAICore
public import XAIEvaluation

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

extension HeadComparison {
  /// The comparisons of all explainers that weight heads; none where effects were not measured.
  static func all(of subjects: Subjects, in experiment: Experiment, by bootstrap: Bootstrap)
    -> [HeadComparison]
  {
    experiment.explainers.indices.compactMap { HeadComparison($0, subjects, by: bootstrap) }
  }

  private init?(_ explainer: Int, _ subjects: Subjects, by bootstrap: Bootstrap) {
    let known = subjects.images.map { $0.subjects.compactMap { Heads($0, explainer) } }
    guard let first = known.lazy.flatMap({ $0 }).first, !first.weights.isEmpty else { return nil }
    let (layerCount, headCount) = (first.layerCount, first.weights.count / first.layerCount)
    let heads = known.map { $0.filter { $0.hasShape(of: first) } }.filter { !$0.isEmpty }
    var columns = ClusteredValues(imageCount: heads.count)
    for index in first.weights.indices { columns.append(heads.map { $0.map { $0.weights[index] } }) }
    for index in first.weights.indices { columns.append(heads.map { $0.map { $0.effects[index] } }) }
    let means = (0..<columns.columnCount).map { columns.mean($0) ?? .nan }
    let values = Self.correlations(of: means, layerCount: layerCount)
    var replicates = [[Double]](repeating: [], count: layerCount + 1)
    bootstrap.forEachResample(of: columns) { means in
      for (index, value) in Self.correlations(of: means, layerCount: layerCount).enumerated() {
        replicates[index].append(value ?? .nan)
      }
    }
    let correlations = zip(values, replicates).map { value, replicates in
      value.map {
        Correlation(
          value: $0, interval: heads.count > 1 ? ConfidenceInterval(percentilesOf: replicates) : nil)
      }
    }
    func byLayer(_ values: ArraySlice<Double>) -> [[Double]] {
      (0..<layerCount).map { Array(values.dropFirst($0 * headCount).prefix(headCount)) }
    }
    self.explainer = explainer
    subjectCount = heads.reduce(0) { $0 + $1.count }
    weights = byLayer(means[..<first.weights.count])
    effects = byLayer(means[first.weights.count...])
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

  func hasShape(of other: Heads) -> Bool {
    layerCount == other.layerCount && weights.count == other.weights.count
  }
}
