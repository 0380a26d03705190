/// Which output of a model stands for a class.
public enum OutputScore: String, OptionValue, CaseIterable {
  /// The softmax probability.
  case probability
  /// The logit: it doesn't depend on the other classes, and doesn't saturate.
  case logit

  /// The scores of some classes in a row of logits.
  public func values(of classes: [Int], in logits: UnsafeBufferPointer<Float>) -> [Double] {
    switch self {
    case .logit: return classes.map { Double(logits[$0]) }
    case .probability:
      let highest = Double(logits.max() ?? 0)
      var sum = 0.0
      for logit in logits { sum += exponential(Double(logit) - highest) }
      return classes.map { exponential(Double(logits[$0]) - highest) / sum }
    }
  }
}
