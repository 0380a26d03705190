/// What a metric takes for how much a patch has, as scores may be negative or far from zero.
public enum ScoreScale: String, OptionValue, CaseIterable {
  /// The score without its sign: evidence against the class counts like evidence for it.
  case absolute
  /// The score scaled to 0…1 by minimum and maximum: what is drawn.
  case scaled

  /// What each patch has, none of it negative.
  public func amounts(of scores: [Float]) -> [Double] {
    switch self {
    case .absolute: scores.map { abs(Double($0)) }
    case .scaled: minMaxNormalised(scores).map(Double.init)
    }
  }
}
