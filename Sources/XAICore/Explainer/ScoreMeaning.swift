/// What the scores of a map mean.
public enum ScoreMeaning: String, Hashable, Sendable, Codable, CaseIterable {
  /// Scores have a sign: what is above 0 speaks for what was asked about, and what is below 0 against it.
  case signed
  /// Scores are never negative, and tell more from less: 0 is the least that there can be.
  case magnitude
}
