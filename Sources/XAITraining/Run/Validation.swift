package import XAICore
import XAIFoundation
import XAITensor

/// How many classes of a split a model predicts.
package struct Validation {
  /// Images that the model sees at once.
  private static let batchSize = 8

  private let split: DatasetSplit
  private let model: any Model

  /// Prepares to judge a model by the images of a split that have a class.
  package init(_ split: DatasetSplit, model: any Model) {
    self.split = split
    self.model = model
  }

  /// What a validation came to.
  package struct Result: Sendable {
    var tally = Tally()
    /// The images that could not be used.
    package internal(set) var skipped: [SkippedImage] = []

    /// How many images were judged.
    package var count: Int { tally.count }
    /// The share of them whose class is the highest logit; nil for none.
    package var accuracy: Double? { tally.accuracy }
    /// Their mean cross-entropy; nil for none.
    package var loss: Double? { tally.meanLoss }
  }

  /// Judges all images; gives nil where the observer asks to stop.
  package func run(_ observe: (TrainingEvent) -> Bool) throws -> Result? {
    let loader = BatchLoader(split, preprocessing: model.descriptor.preprocessing)
    let labelled = (0..<split.count).filter { split.label($0) != nil }
    let parts = stride(from: 0, to: labelled.count, by: Self.batchSize).map {
      Array(labelled[$0..<min($0 + Self.batchSize, labelled.count)])
    }
    var result = Result()
    var done = 0
    for batch in parts.prefetched({ loader.load($0) }) {
      result.skipped += batch.skipped
      if let input = batch.input {
        let loss = CrossEntropy()(
          try model.finite(model.logits(input), of: input), labels: batch.labels, scale: 1)
        result.tally.add(
          Tally(lossSum: loss.lossSum, correctCount: loss.correctCount, count: batch.labels.count))
      }
      done = min(done + Self.batchSize, labelled.count)
      guard observe(.validating(done: done, of: labelled.count)) else { return nil }
    }
    return result
  }
}
