/// The places of values when they are sorted; of equal values the first comes first.
enum RelevanceOrder {
  /// The index of each value in the sorted order: 0 for the one that comes first.
  static func ranks(of values: [Float], highestFirst: Bool) -> [Int32] {
    var ranks = [Int32](repeating: 0, count: values.count)
    for (rank, index) in indices(of: values, highestFirst: highestFirst).enumerated() {
      ranks[index] = Int32(rank)
    }
    return ranks
  }

  /// The indices of values, sorted.
  static func indices(of values: [Float], highestFirst: Bool) -> [Int] {
    // Integers that order as the values do, the index in the lower half: sorting them asks no closure and is stable.
    var keys = values.indices.map { index -> UInt64 in
      let bits = (values[index] + 0).bitPattern  // −0 becomes 0
      let ascending = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
      return UInt64(highestFirst ? ~ascending : ascending) << 32 | UInt64(index)
    }
    keys.sort()
    return keys.map { Int($0 & 0xFFFF_FFFF) }
  }
}

/// The indices of the highest values, highest first; of equal values the first comes first.
///
/// - Parameter count: how many; all of them where there are fewer values.
public func highestIndices(of values: [Float], count: Int) -> [Int] {
  Array(RelevanceOrder.indices(of: values, highestFirst: true).prefix(count))
}

/// How many of some patches are the highest tenth, at least one.
package func highestTenth(of count: Int) -> Int { max(1, (count + 5) / 10) }
