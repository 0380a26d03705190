/// What a metric that makes a mask or a mass of a map does with scores below 0, which speak against the class.
///
/// Magnitudes have none, and of relative scores the sign says nothing: they are scaled to [0, 1] by their minimum and
/// maximum, whatever is chosen here.
public enum NegativeScores: String, OptionValue, CaseIterable {
  /// They count as nothing, and 0 stays 0: max(0, s) / max s.
  case clip
  /// The least score becomes 0, and 0 something in between: (s − min s) / (max s − min s).
  case shift
  /// They count like those for the class: │s│ / max│s│.
  case abs

  /// Scores, or a map made of them, in [0, 1]; all 0 where there is nothing to scale by.
  public func scaled(_ values: [Float], meaning: ScoreMeaning) -> [Float] {
    guard meaning.isSigned else { return minMaxNormalised(values) }
    switch self {
    case .shift: return minMaxNormalised(values)
    case .clip: return Self.overMaximum(values.map { max($0, 0) })
    case .abs: return Self.overMaximum(values.map(Swift.abs))
    }
  }

  private static func overMaximum(_ values: [Float]) -> [Float] {
    guard let high = values.max(), high > 0 else { return [Float](repeating: 0, count: values.count) }
    return values.map { $0 / high }
  }
}

/// Options of a metric that makes a mask or a mass of a map.
public protocol NegativeScoresOptions: PluginOptions {
  /// What becomes of scores below 0.
  var negative: NegativeScores { get set }
}

extension NegativeScoresOptions {
  /// The row of the table for ``negative``.
  ///
  /// Before there was this option every map was shifted: `shift` keeps the hashes of the protocols of before, and so do
  /// their numbers. `clip` is in a protocol's text even where it is the default.
  public static var negativeOption: OptionSpec<Self> {
    OptionSpec(
      "negative", \.negative,
      "what becomes of scores below 0 where scores are signed: nothing, the least becomes 0, or they count without their signs",
      former: .shift)
  }
}

/// The options of a metric whose only choice is what becomes of scores below 0.
public struct SignOptions: NegativeScoresOptions {
  /// What becomes of scores below 0.
  public var negative = NegativeScores.clip

  public init() {}

  public static let table: [OptionSpec<Self>] = [negativeOption]
}
