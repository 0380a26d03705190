import XAIFoundation

/// Which output of a model stands for a class.
public enum OutputScore: String, OptionValue, CaseIterable {
  /// The probability, by what the model's outputs mean.
  case probability
  /// The logit: it doesn't depend on the other classes, and doesn't saturate.
  case logit

  /// The scores of some classes in a row of logits; NaN for a probability where the outputs have none.
  public func values(
    of classes: [Int], in logits: UnsafeBufferPointer<Float>, meaning: OutputMeaning
  ) -> [Double] {
    switch self {
    case .logit: return classes.map { Double(logits[$0]) }
    case .probability:
      let probabilities = Probabilities<Double>(of: logits, meaning: meaning)
      return classes.map { probabilities?.probability(ofLogit: logits[$0]) ?? .nan }
    }
  }
}

/// Options of an explainer that lets its users choose which output stands for a class.
public protocol OutputScoreOptions: PluginOptions {
  /// Which output stands for a class.
  var score: OutputScore { get }
}
