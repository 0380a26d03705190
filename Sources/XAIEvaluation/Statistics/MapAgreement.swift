public import XAICore

/// How far maps of one image and class agree, pair by pair.
public struct MapAgreement: Hashable, Sendable, Codable {
  /// Spearman's rank correlation of the patches' scores, −1 to 1; nil where one of the maps is the same everywhere.
  public let correlation: [[Double?]]
  /// The share of the highest tenth of the patches that both maps have, 0 to 1; nil where one is the same everywhere.
  public let overlap: [[Double?]]

  /// Compares maps, those of pixels summed over patches; traps when their patches differ.
  public init(_ maps: [Attribution]) {
    let maps = maps.map(\.pooled)
    let tops = maps.map { map in
      map.isDegenerate ? nil : Set(highestIndices(of: map.scores, count: highestTenth(of: map.scores.count)))
    }
    correlation = maps.map { a in maps.map { b in rankCorrelation(a.scores, b.scores) } }
    overlap = tops.map { a in
      tops.map { b in
        guard let a, let b else { return nil }
        return Double(a.intersection(b).count) / Double(a.count)
      }
    }
  }
}
