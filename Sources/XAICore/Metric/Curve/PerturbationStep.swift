/// How much of an image a step changes; the last step changes what is left.
public enum PerturbationStep: OptionValue {
  /// As much as n rows of pixels have: n·width pixels, n·width elements of one channel, n/height of the patches.
  case rows(Int)
  /// ⌈units / n⌉ units.
  case chunks(Int)
  /// n steps as even as can be: step i ends at ⌊i·units / n⌋; never more steps than units.
  case even(Int)

  private static let kinds: [(name: String, make: @Sendable (Int) -> PerturbationStep)] = [
    ("rows", { .rows($0) }), ("chunks", { .chunks($0) }), ("even", { .even($0) }),
  ]

  /// Reads `rows(8)`, `chunks(20)` or `even(10)`; the number is at least 1.
  public init?(optionText: String) {
    guard optionText.hasSuffix(")"), let open = optionText.firstIndex(of: "("),
      let kind = Self.kinds.first(where: { $0.name == optionText[..<open] }),
      let count = Int(optionText[optionText.index(after: open)...].dropLast()), count > 0
    else { return nil }
    self = kind.make(count)
  }

  /// The kind with its number.
  public var optionText: String {
    switch self {
    case .rows(let count): "rows(\(count))"
    case .chunks(let count): "chunks(\(count))"
    case .even(let count): "even(\(count))"
    }
  }

  /// The three kinds.
  public static let allowedOptionText = "rows(n) per step | chunks(n) | even(n) steps, n from 1"

  /// The number of rows or steps.
  var count: Int {
    switch self {
    case .rows(let count), .chunks(let count), .even(let count): count
    }
  }

  /// How many units are changed at each point of the way, from 0 to all of them.
  ///
  /// - Parameters:
  ///   - units: how many there are, at least 1.
  ///   - rows: how many rows of one channel they make up.
  func counts(units: Int, rows: Int) -> [Int] {
    // More than all of them is all of them, and no product overflows.
    let count = min(max(count, 1), units)
    let size: Int
    switch self {
    case .rows: size = (count * units + rows - 1) / rows
    case .chunks: size = (units + count - 1) / count
    case .even: return (0...count).map { $0 * units / count }
    }
    return Array(stride(from: 0, to: units, by: size)) + [units]
  }
}

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
package func highestIndices(of values: [Float], count: Int) -> [Int] {
  Array(RelevanceOrder.indices(of: values, highestFirst: true).prefix(count))
}

/// How many of some patches are the highest tenth, at least one.
package func highestTenth(of count: Int) -> Int { max(1, (count + 5) / 10) }
