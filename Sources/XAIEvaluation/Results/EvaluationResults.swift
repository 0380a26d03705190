/// What an evaluation found, whole: what tables and reports are made of.
public struct EvaluationResults: Hashable, Sendable {
  /// What decided the results.
  public var experiment: Experiment
  /// The images in the order of the sample; those that could not be evaluated are among them.
  public var pictures: [PictureResult]

  /// Holds what was found.
  public init(experiment: Experiment, pictures: [PictureResult]) {
    self.experiment = experiment
    self.pictures = pictures
  }

  /// Places of the sample that have no result yet.
  public var missingPositions: [Int] {
    let known = Set(pictures.map(\.position))
    return (0..<experiment.data.sampleCount).filter { !known.contains($0) }
  }
}
