public import XAICore
import XAIFoundation

/// What a training tells while it runs.
public enum TrainingEvent: Sendable {
  /// It begins, or resumes at `step` of `steps`.
  case began(step: Int, steps: Int, stepsPerEpoch: Int)
  /// A step is done.
  case step(Step)
  /// How many images of the validation are done.
  case validating(done: Int, of: Int)
  /// A row was added to the history.
  case row(History.Row)
  /// A checkpoint after this many steps is on the disk.
  case checkpoint(step: Int)
  /// An image could not be used.
  case skipped(SkippedImage)
  /// Something that does no harm but should be known.
  case note(String)

  /// What a step came to.
  public struct Step: Sendable {
    /// Steps done.
    public let step: Int
    /// Images of the step.
    public let imageCount: Int
    /// Their mean loss.
    public let loss: Double
    /// The share of them whose class was predicted.
    public let accuracy: Double
    /// The norm of the gradient, before it was clipped.
    public let gradientNorm: Double
    /// The learning rate.
    public let learningRate: Double
    /// How long the step waited for its images.
    public let waited: Duration
  }
}

/// How a run ended.
public enum TrainingOutcome: Sendable {
  /// All steps are done, and the model is in the folder.
  case finished(TrainingRecord)
  /// An earlier run had finished; nothing was done.
  case alreadyFinished(TrainingRecord)
  /// The observer asked to stop; the same task resumes at this step.
  case stopped(step: Int)
}

/// What is known of a finished training.
public struct TrainingRecord: Hashable, Sendable, Codable {
  /// What the weights depend on, by name: recipe, data, first weights.
  public let fingerprint: [String: String]
  /// What the arithmetic ran on.
  public let kernels: String
  /// How it went.
  public let history: History
  /// The damaged images, each once.
  public let skipped: [SkippedImage]
  /// What a reader should know, such as what had to be assumed, a sentence each; nil in records of before it was kept.
  public let notes: [String]?
}

/// Why a training can't begin or resume.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is nothing to learn from.
  case noImages(split: String)
  /// A class of the data is beyond those of the model.
  case labelOutside(identifier: String, label: Int, classCount: Int)
  /// The loss or its gradient is no number any more; `first` is the first tensor that isn't finite, where one is found.
  case diverged(step: Int, checkpoint: Int?, first: NotFiniteTensor?)
  /// Every image of a step was damaged.
  case allDamaged(step: Int, first: String)
  /// An image is damaged, and the run is to end with it.
  case damaged(identifier: String, reason: String)
  /// The folder holds a checkpoint or a model of another training.
  case otherTraining(folder: String, differences: [String])
  /// Another process trains in the folder.
  case inUse(folder: String, by: String)
  /// The folder holds a model that no training wrote.
  case occupied(folder: String)
  /// A checkpoint can't be read.
  case unusableCheckpoint(file: String, reason: String)

  public var description: String {
    switch self {
    case .noImages(let split): "the split '\(split)' has no images to learn from"
    case .labelOutside(let identifier, let label, let classCount):
      "\(identifier): its class \(label) is not one of the \(classCount) classes, which count from 0"
    case .diverged(let step, let checkpoint, let first):
      "the loss or a weight is no finite number any more at step \(step). "
        + (first.map { "The first tensor that isn't finite is \($0). " } ?? "")
        + "Try a lower learning rate, a longer warm-up, or a "
        + "gradient clip of 1. "
        + (checkpoint.map { "The checkpoint of step \($0) is kept." }
          ?? "There is no checkpoint yet.")
    case .allDamaged(let step, let first): "all images of step \(step) are damaged; the first is \(first)"
    case .damaged(let identifier, let reason): "\(identifier): \(reason)"
    case .otherTraining(let folder, let differences):
      "\(FileName.shown(folder)): holds another training, which differs in \(differences.joined(separator: "; ")). Give another "
        + "folder, the same settings to resume, or start over."
    case .inUse(let folder, let owner):
      "\(FileName.shown(folder)): another run trains there\(owner.isEmpty ? "" : " (\(owner))"). Wait for its end, or give another "
        + "folder."
    case .occupied(let folder):
      "\(FileName.shown(folder)): holds a model already, and no training of this kind made it. Give another folder."
    case .unusableCheckpoint(let file, let reason):
      "\(FileName.shown(file)): the checkpoint can't be used: \(reason). Remove it, or begin anew."
    }
  }
}
