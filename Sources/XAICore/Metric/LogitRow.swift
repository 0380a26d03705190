/// What a row of logits says, read where it lies.
///
/// The row must not outlive the memory that it reads.
public struct LogitRow {
  /// The class with the highest logit; of equal ones the lower.
  public let predictedClass: Int
  private let probabilities: Probabilities<Float>?

  /// Reads one logit a class; traps where there is none.
  public init(_ logits: UnsafeBufferPointer<Float>, meaning: OutputMeaning) {
    var (predicted, highest) = (0, logits[0])
    for (index, logit) in logits.enumerated() where logit > highest { (predicted, highest) = (index, logit) }
    predictedClass = predicted
    probabilities = Probabilities(of: logits, meaning: meaning)
  }

  /// The probability of a class; NaN where the outputs have none.
  public func probability(of classIndex: Int) -> Float { probabilities?[classIndex] ?? .nan }

  /// What the row says about a class.
  public func answer(about classIndex: Int) -> FrameAnswer {
    FrameAnswer(probability: probability(of: classIndex), isPredicted: classIndex == predictedClass)
  }
}

extension FrameAnswer {
  /// Reads one row of logits; of equal logits the lower class counts as the predicted one.
  public init(logits: [Float], meaning: OutputMeaning, classIndex: Int) {
    self = logits.withUnsafeBufferPointer { LogitRow($0, meaning: meaning).answer(about: classIndex) }
  }
}
