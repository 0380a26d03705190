import XAICore
import XAIEvaluation

/// How alike the explainers' maps of one class of one image are.
struct SubjectAgreement {
  /// Spearman's correlation of each pair in the order of ``pairs(of:)``; nil where a map of the two is missing or flat.
  let correlations: [Double?]
  /// The mean over the pairs of explainers that look at the model; nil without any.
  let mean: Double?

  /// Compares the maps of a subject.
  init(_ subject: SubjectResult, of explainers: [ExplainerIdentity]) {
    let ranks = subject.maps.map { $0.isDegenerate || $0.scores.isEmpty ? nil : XAICore.ranks(of: $0.scores) }
    let pairs = Self.pairs(of: explainers.count)
    correlations = pairs.map { a, b in
      guard let ranksA = ranks[a], let ranksB = ranks[b] else { return nil }
      return correlation(ranksA, ranksB)
    }
    let judged = zip(pairs, correlations).compactMap { pair, value in
      explainers[pair.0].needsNoModel || explainers[pair.1].needsNoModel ? nil : value
    }
    mean = judged.isEmpty ? nil : judged.reduce(0, +) / Double(judged.count)
  }

  /// The pairs of so many explainers: 0 with 1, 2, 3, then 1 with 2, 3.
  static func pairs(of count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { a in (a + 1..<count).map { (a, $0) } }
  }
}
