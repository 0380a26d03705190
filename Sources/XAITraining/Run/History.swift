import XAIFoundation

/// How a training went: one row now and then, and at each validation.
public struct History: Hashable, Sendable, Codable {
  /// What the steps since the last row came to, and the validation where there was one.
  public struct Row: Hashable, Sendable, Codable {
    /// Steps done.
    public var step: Int
    /// Passes over the training images done, in part.
    public var epoch: Double
    /// The learning rate of the last step.
    public var learningRate: Double
    /// The mean loss of the training images since the last row; nil where all were damaged.
    public var trainingLoss: Double?
    /// The share of them whose class was predicted, from 0 to 1, as they were cut for training.
    public var trainingAccuracy: Double?
    /// The mean loss of the validation images.
    public var validationLoss: Double?
    /// The share of them whose class is predicted, from 0 to 1.
    public var validationAccuracy: Double?
  }

  /// The rows, first steps first.
  public internal(set) var rows: [Row] = []

  /// The last row that has a validation.
  public var lastValidation: Row? { rows.last { $0.validationAccuracy != nil } }

  /// The rows as comma-separated values with a header; what is not known is empty.
  public var csv: String {
    let header = [
      "step", "epoch", "learning_rate", "training_loss", "training_accuracy", "validation_loss",
      "validation_accuracy",
    ]
    let lines = rows.map { row in
      let numbers: [Double?] = [
        row.epoch, row.learningRate, row.trainingLoss, row.trainingAccuracy, row.validationLoss,
        row.validationAccuracy,
      ]
      return [String(row.step)] + numbers.map { $0.map { String($0) } ?? "" }
    }
    return commaSeparated([header] + lines, lineEnd: "\n")
  }
}

/// Losses and hits of images, added up.
struct Tally: Hashable, Sendable, Codable {
  var lossSum = 0.0
  var correctCount = 0
  var count = 0

  var meanLoss: Double? { count > 0 ? lossSum / Double(count) : nil }
  var accuracy: Double? { count > 0 ? Double(correctCount) / Double(count) : nil }

  mutating func add(_ other: Tally) {
    lossSum += other.lossSum
    correctCount += other.correctCount
    count += other.count
  }
}
