import XAIFoundation
import XAITensor

/// What a row of logits says, read where it lies.
///
/// Softmax in single precision of exponentials in double precision. The row must not outlive the memory that it reads.
public struct LogitRow {
  /// The class with the highest logit; of equal ones the lower.
  public let predictedClass: Int
  private let logits: UnsafeBufferPointer<Float>
  private let highest: Float
  private let sum: Float

  /// Reads one logit a class; traps where there is none.
  public init(_ logits: UnsafeBufferPointer<Float>) {
    var (predicted, highest) = (0, logits[0])
    for (index, logit) in logits.enumerated() where logit > highest { (predicted, highest) = (index, logit) }
    var sum: Float = 0
    for logit in logits { sum += Self.raised(logit - highest) }
    (self.logits, self.predictedClass, self.highest, self.sum) = (logits, predicted, highest, sum)
  }

  /// The softmax probability of a class.
  public func probability(of classIndex: Int) -> Float { Self.raised(logits[classIndex] - highest) / sum }

  /// What the row says about a class.
  public func answer(about classIndex: Int) -> FrameAnswer {
    FrameAnswer(probability: probability(of: classIndex), isPredicted: classIndex == predictedClass)
  }

  private static func raised(_ logit: Float) -> Float { Float(exponential(Double(logit))) }
}

/// Softmax probabilities of one row of logits.
public func softmax(_ logits: [Float]) -> [Float] {
  guard !logits.isEmpty else { return [] }
  return logits.withUnsafeBufferPointer { pointer in
    let row = LogitRow(pointer)
    return pointer.indices.map(row.probability)
  }
}

extension FrameAnswer {
  /// Reads one row of logits; of equal logits the lower class counts as the predicted one.
  public init(logits: [Float], classIndex: Int) {
    self = logits.withUnsafeBufferPointer { LogitRow($0).answer(about: classIndex) }
  }
}
