import XAIFoundation

/// What the outputs of a model mean, and so what the probability of a class is.
public enum OutputMeaning: String, Hashable, Sendable, Codable, CaseIterable {
  /// Classes of which one is right: probabilities are the softmax of the logits, and sum to 1.
  case softmax
  /// Classes each of which may be right or not: the probability of each is the sigmoid of its own logit.
  case sigmoidPerClass = "sigmoid-per-class"
  /// One class that is there or not: its probability is the sigmoid of the one logit.
  case sigmoid
  /// Numbers, such as an age: nothing here is a probability.
  case regression
  /// No outputs: a backbone, which has features and no classifier.
  case none

  /// What the outputs are and what makes probabilities of them, in words; empty for the usual softmax.
  package var summary: String {
    switch self {
    case .softmax: ""
    case .sigmoidPerClass: "classes that may each be there or not (sigmoid)"
    case .sigmoid: "a class that is there or not (sigmoid)"
    case .regression: "plain numbers, no probabilities"
    case .none: "none: a backbone without a classifier"
    }
  }

  /// Whether outputs stand for classes that have a probability.
  public var hasProbabilities: Bool {
    switch self {
    case .softmax, .sigmoidPerClass, .sigmoid: true
    case .regression, .none: false
    }
  }
}

/// The probabilities of one row of logits, by what a model's outputs mean: the one place where they are computed.
///
/// Exponentials are taken in double precision; differences, sums and quotients have the precision of `Value`.
public struct Probabilities<Value: BinaryFloatingPoint & Sendable>: Sendable {
  private let softmax: Softmax<Value>?

  /// Reads a row of logits; nil where the outputs have no probabilities.
  public init?(of logits: some Collection<Float>, meaning: OutputMeaning) {
    guard meaning.hasProbabilities else { return nil }
    softmax = meaning == .softmax ? Softmax(logits) : nil
  }

  /// The probability of a class by its logit, which is one of the row.
  public func probability(ofLogit logit: Float) -> Value {
    softmax?.share(of: logit) ?? Value(Self.sigmoid(Double(logit)))
  }

  /// 1/(1 + e^−x), by the exponential that doesn't overflow.
  private static func sigmoid(_ x: Double) -> Double {
    guard x < 0 else { return 1 / (1 + exponential(-x)) }
    let raised = exponential(x)
    return raised / (1 + raised)
  }
}
