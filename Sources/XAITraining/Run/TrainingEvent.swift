/// What a training tells while it runs.
public enum TrainingEvent: Sendable {
  /// It begins, or goes on at `step` of `steps`.
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
  case skipped(SkippedPicture)
  /// Something that does no harm but should be known.
  case note(String)

  /// What a step came to.
  public struct Step: Sendable {
    /// Steps done.
    public let step: Int
    /// Images of the step.
    public let pictureCount: Int
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
  /// The observer asked to stop; the same task goes on at this step.
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
  public let skipped: [SkippedPicture]
}
