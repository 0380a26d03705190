/// Why a training can't begin or go on.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is nothing to learn from.
  case noPictures(split: String)
  /// A class of the data is beyond those of the model.
  case labelOutside(identifier: String, label: Int, classCount: Int)
  /// The loss or its gradient is no number any more.
  case diverged(step: Int, checkpoint: Int?)
  /// Every image of a step was damaged.
  case allDamaged(step: Int, first: String)
  /// An image is damaged, and the run is to end with it.
  case damaged(identifier: String, reason: String)
  /// The folder holds a checkpoint or a model of another training.
  case otherTraining(folder: String, differences: [String])
  /// The folder holds a model that no training wrote.
  case occupied(folder: String)
  /// A checkpoint can't be read.
  case unusableCheckpoint(file: String, reason: String)

  public var description: String {
    switch self {
    case .noPictures(let split): "the split '\(split)' has no pictures to learn from"
    case .labelOutside(let identifier, let label, let classCount):
      "\(identifier): its class \(label) is not one of the \(classCount) classes, which count from 0"
    case .diverged(let step, let checkpoint):
      "the loss or a weight is no finite number any more at step \(step). Try a lower learning rate, a longer warm-up, or a "
        + "gradient clip of 1. "
        + (checkpoint.map { "The checkpoint of step \($0) is kept." }
          ?? "There is no checkpoint yet.")
    case .allDamaged(let step, let first): "all pictures of step \(step) are damaged; the first is \(first)"
    case .damaged(let identifier, let reason): "\(identifier): \(reason)"
    case .otherTraining(let folder, let differences):
      "\(folder): holds another training, which differs in \(differences.joined(separator: "; ")). Give another "
        + "folder, the same settings to go on, or begin anew."
    case .occupied(let folder):
      "\(folder): holds a model already, and no training of this kind made it. Give another folder."
    case .unusableCheckpoint(let file, let reason):
      "\(file): the checkpoint can't be used: \(reason). Remove it, or begin anew."
    }
  }
}
