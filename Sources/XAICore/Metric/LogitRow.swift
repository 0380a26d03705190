/// A row of logits, one per class, and what it says about classes.
public struct LogitRow: Sendable {
  /// One logit per class.
  public let logits: [Float]
  /// The class with the highest logit; of equal ones the lower.
  public let predictedClass: Int
  private let probabilities: Probabilities<Float>?

  /// Reads one logit per class; traps where there is none.
  public init(_ logits: [Float], meaning: OutputMeaning) {
    var (predicted, highest) = (0, logits[0])
    for (index, logit) in logits.enumerated() where logit > highest { (predicted, highest) = (index, logit) }
    (self.logits, predictedClass) = (logits, predicted)
    probabilities = Probabilities(of: logits, meaning: meaning)
  }

  /// The probability of a class; NaN where the outputs have none.
  public func probability(of classIndex: Int) -> Float {
    probabilities?.probability(ofLogit: logits[classIndex]) ?? .nan
  }

  /// The row as an answer about a class.
  public func answer(about classIndex: Int) -> FrameAnswer {
    FrameAnswer(
      logits: logits, probability: probability(of: classIndex), isPredicted: classIndex == predictedClass)
  }
}

/// The class with the highest logit other than one, of equal ones the lower; nil where there is none.
package func runnerUp(to classIndex: Int, in logits: [Float]) -> Int? {
  logits.indices.filter { $0 != classIndex }.max { (logits[$0], $1) < (logits[$1], $0) }
}
