import XAICore
public import XAIEvaluation

/// How alike the maps of two explainers are.
public struct Agreement: Sendable {
  /// What is known of a pair of explainers.
  public struct Pair: Sendable {
    /// The mean over subjects of Spearman's correlation between the scores; subjects with a flat map are left out.
    public let correlation: Estimate?
    /// The mean over subjects of the share of the highest tenth of patches that both have; flat maps are left out.
    public let overlap: Estimate?
  }

  /// How many patches are the highest tenth.
  public let topCount: Int
  /// `pairs[a][b]`, the same as `pairs[b][a]`; nil on the diagonal.
  public let pairs: [[Pair?]]
  /// The subjects that the judged explainers agree least on, least first.
  public let disagreements: [Disagreement]
}

/// A subject of a report: a class of an image.
public struct SubjectPlace: Hashable, Sendable {
  /// The image's index among those that were evaluated.
  public let image: Int
  /// The class's index among those that the image was asked about.
  public let subject: Int
}

/// A subject with how much the explainers agree about it.
public struct Disagreement: Hashable, Sendable {
  /// The subject.
  public let place: SubjectPlace
  /// The mean of the correlations between the maps of all pairs of explainers, baselines without a model left out.
  public let correlation: Double
}

extension Agreement {
  /// How many subjects are listed as those on which explainers disagree.
  static let listedCount = 8

  init(of subjects: Subjects, in experiment: Experiment, by bootstrap: Bootstrap) {
    let explainers = Array(experiment.explainers.indices)
    let judged = Set(explainers.filter { !experiment.explainers[$0].needsNoModel })
    let pairs = explainers.flatMap { a in explainers.dropFirst(a + 1).map { (a, $0) } }
    let topCount = highestTenth(of: experiment.model.grid.count)
    var correlations = [[[Double]]](repeating: [], count: pairs.count)
    var overlaps = correlations
    var disagreements: [Disagreement] = []
    for (imageIndex, image) in subjects.images.enumerated() {
      for index in pairs.indices {
        correlations[index].append([])
        overlaps[index].append([])
      }
      for (subjectIndex, subject) in image.subjects.enumerated() {
        let tops = subject.maps.map {
          $0.isDegenerate || $0.scores.isEmpty ? nil : Set(highestIndices(of: $0.scores, count: topCount))
        }
        var ofJudged: [Double] = []
        for (index, (a, b)) in pairs.enumerated() {
          guard let topA = tops[a], let topB = tops[b],
            let correlation = rankCorrelation(subject.maps[a].scores, subject.maps[b].scores)
          else { continue }
          correlations[index][imageIndex].append(correlation)
          overlaps[index][imageIndex].append(
            Double(topA.intersection(topB).count) / Double(max(topCount, 1)))
          if judged.contains(a), judged.contains(b) { ofJudged.append(correlation) }
        }
        guard !ofJudged.isEmpty else { continue }
        disagreements.append(
          Disagreement(
            place: SubjectPlace(image: imageIndex, subject: subjectIndex),
            correlation: ofJudged.reduce(0, +) / Double(ofJudged.count)))
      }
    }
    self.topCount = topCount
    // Swift's sort is not promised to be stable: the place decides between equal ones.
    self.disagreements = Array(
      disagreements.sorted {
        ($0.correlation, $0.place.image, $0.place.subject)
          < ($1.correlation, $1.place.image, $1.place.subject)
      }.prefix(Self.listedCount))
    self.pairs = Self.table(
      pairs, correlations: correlations, overlaps: overlaps, explainerCount: explainers.count,
      imageCount: subjects.imageCount, by: bootstrap)
  }

  private static func table(
    _ pairs: [(Int, Int)], correlations: [[[Double]]], overlaps: [[[Double]]], explainerCount: Int,
    imageCount: Int, by bootstrap: Bootstrap
  ) -> [[Pair?]] {
    var columns = ClusteredValues(imageCount: imageCount)
    for column in correlations + overlaps { columns.append(column) }
    let estimates = bootstrap.estimates(of: columns)
    var table = [[Pair?]](repeating: Array(repeating: nil, count: explainerCount), count: explainerCount)
    for (index, (a, b)) in pairs.enumerated() {
      let pair = Pair(correlation: estimates[index], overlap: estimates[pairs.count + index])
      (table[a][b], table[b][a]) = (pair, pair)
    }
    return table
  }
}

extension ExplainerIdentity {
  /// Whether it is a map that no model is asked for: noise, or the centre of the image.
  var needsNoModel: Bool { descriptor.family == .baseline }
}
