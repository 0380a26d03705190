import XAITensor

/// A row of logits, one a class, and what it says about classes.
///
/// Softmax in single precision of exponentials in double precision.
public struct LogitRow: Sendable {
  /// One logit a class.
  public let logits: [Float]
  /// The class with the highest logit; of equal ones the lower.
  public let predictedClass: Int
  private let highest: Float
  private let sum: Float

  /// Reads one logit a class; traps where there is none.
  public init(_ logits: [Float]) {
    var (predicted, highest) = (0, logits[0])
    for (index, logit) in logits.enumerated() where logit > highest { (predicted, highest) = (index, logit) }
    var sum: Float = 0
    for logit in logits { sum += Self.raised(logit - highest) }
    (self.logits, self.predictedClass, self.highest, self.sum) = (logits, predicted, highest, sum)
  }

  /// The softmax probability of a class.
  public func probability(of classIndex: Int) -> Float { Self.raised(logits[classIndex] - highest) / sum }

  /// The row as an answer about a class.
  public func answer(about classIndex: Int) -> FrameAnswer {
    FrameAnswer(
      logits: logits, probability: probability(of: classIndex), isPredicted: classIndex == predictedClass)
  }

  private static func raised(_ logit: Float) -> Float { Float(exponential(Double(logit))) }
}

/// Softmax probabilities of one row of logits.
public func softmax(_ logits: [Float]) -> [Float] {
  guard !logits.isEmpty else { return [] }
  let row = LogitRow(logits)
  return logits.indices.map(row.probability)
}

/// The class with the highest logit other than one, of equal ones the lower; nil where there is none.
package func runnerUp(to classIndex: Int, in logits: [Float]) -> Int? {
  logits.indices.filter { $0 != classIndex }.max { (logits[$0], $1) < (logits[$1], $0) }
}
