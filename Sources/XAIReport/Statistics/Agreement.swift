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

  /// The subjects on which explainers agree least, with their images, which the page shows.
  typealias Listed = (entry: Disagreement, image: ImageResult)
}

/// The agreement of images that come one by one.
struct AgreementPass {
  private let experiment: Experiment
  private let pairs: [(Int, Int)]
  private let topCount: Int
  /// The sum of each image's correlations and of its overlaps, pair by pair, and how many there are of both.
  private var correlations: [[Double]]
  private var overlaps: [[Double]]
  private var counts: [[Double]]
  private var imageCount = 0
  /// The subjects that the judged explainers agree least on, least first.
  private(set) var listed: [Agreement.Listed] = []

  init(_ experiment: Experiment) {
    self.experiment = experiment
    pairs = SubjectAgreement.pairs(of: experiment.explainers.count)
    topCount = highestTenth(of: experiment.model.grid.count)
    correlations = [[Double]](repeating: [], count: pairs.count)
    (overlaps, counts) = (correlations, correlations)
  }

  /// Adds the next image that was evaluated.
  mutating func add(_ image: ImageResult) {
    for index in pairs.indices {
      correlations[index].append(0)
      overlaps[index].append(0)
      counts[index].append(0)
    }
    for (subjectIndex, subject) in image.subjects.enumerated() {
      let tops = subject.maps.map {
        $0.isDegenerate || $0.scores.isEmpty ? nil : Set(highestIndices(of: $0.scores, count: topCount))
      }
      let agreement = SubjectAgreement(subject, of: experiment.explainers)
      for (index, (a, b)) in pairs.enumerated() {
        guard let topA = tops[a], let topB = tops[b], let correlation = agreement.correlations[index] else {
          continue
        }
        correlations[index][imageCount] += correlation
        overlaps[index][imageCount] += Double(topA.intersection(topB).count) / Double(max(topCount, 1))
        counts[index][imageCount] += 1
      }
      guard let mean = agreement.mean else { continue }
      list(
        Disagreement(
          place: SubjectPlace(image: imageCount, subject: subjectIndex), correlation: mean), of: image)
    }
    imageCount += 1
  }

  /// Keeps a subject where few are agreed on less; of equal ones the first.
  private mutating func list(_ entry: Disagreement, of image: ImageResult) {
    let place = listed.firstIndex { entry.correlation < $0.entry.correlation } ?? listed.count
    guard place < Agreement.listedCount else { return }
    listed.insert((entry, image), at: place)
    if listed.count > Agreement.listedCount { listed.removeLast() }
  }

  /// The agreement of the images that were added.
  func agreement(by bootstrap: Bootstrap) -> Agreement {
    var columns = ClusteredValues(imageCount: imageCount)
    for (sums, counts) in zip(correlations + overlaps, counts + counts) {
      columns.append(sums: sums, counts: counts)
    }
    let estimates = bootstrap.estimates(of: columns)
    let count = experiment.explainers.count
    var table = [[Agreement.Pair?]](repeating: Array(repeating: nil, count: count), count: count)
    for (index, (a, b)) in pairs.enumerated() {
      let pair = Agreement.Pair(correlation: estimates[index], overlap: estimates[pairs.count + index])
      (table[a][b], table[b][a]) = (pair, pair)
    }
    return Agreement(topCount: topCount, pairs: table, disagreements: listed.map(\.entry))
  }
}

extension ExplainerIdentity {
  /// Whether it is a map that no model is asked for: noise, or the centre of the image.
  var needsNoModel: Bool { descriptor.family == .baseline }
}
