/// Why databases of results can't become one.
public enum MergeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are no databases.
  case nothing
  /// Two databases are of different experiments; each difference names a field and both values.
  case otherExperiment(first: String, second: String, differences: [String])
  /// Two databases have different results for an image.
  case conflict(identifier: String, position: Int, first: String, second: String)
  /// Images have no result; the shards that they belong to where that is known.
  case missing(positions: [Int], shards: [String])

  public var description: String {
    switch self {
    case .nothing: "there are no databases to merge"
    case .otherExperiment(let first, let second, let differences):
      "\(first) and \(second) are of different experiments (there: the first, here: the second), in "
        + "\(differences.joined(separator: "; ")). Results of different experiments are never mixed."
    case .conflict(let identifier, let position, let first, let second):
      "\(first) and \(second) have different results for \(identifier) (place \(position) of the sample). Evaluate one of "
        + "them anew, on the machine that made the others."
    case .missing(let positions, let shards):
      "\(positions.count) \(positions.count == 1 ? "place" : "places") of the sample "
        + "\(positions.count == 1 ? "has" : "have") no result: \(Self.ranges(of: positions))"
        + (shards.isEmpty ? "" : ", of shard \(shards.joined(separator: ", "))")
        + ". Finish these first, or merge what is there with --partial."
    }
  }

  /// Ascending numbers, consecutive ones as a range; of many the first.
  private static func ranges(of positions: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for position in positions {
      if let last = ranges.last, last.upperBound + 1 == position {
        ranges[ranges.count - 1] = last.lowerBound...position
      } else {
        ranges.append(position...position)
      }
    }
    let texts = ranges.prefix(12).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
    }
    return texts.joined(separator: ", ") + (ranges.count > 12 ? ", …" : "")
  }
}
