import XAIFoundation

/// What an evaluation found, whole: what tables and reports are made of.
public struct EvaluationResults: Hashable, Sendable {
  /// What decided the results.
  public var experiment: Experiment
  /// The images in the order of the sample; those that could not be evaluated are among them.
  public var images: [ImageResult]
  /// What the first images of the sample come to by each kernels that computed images, where kernels were mixed.
  public var kernelChecks: [KernelCheck]
  /// The programs that added to the results; empty where that was not kept.
  public var runs: [RunIdentity]

  /// Holds what was found.
  public init(
    experiment: Experiment, images: [ImageResult], kernelChecks: [KernelCheck] = [], runs: [RunIdentity] = []
  ) {
    self.experiment = experiment
    self.images = images
    self.kernelChecks = kernelChecks
    self.runs = runs
  }

  /// Places of the sample that have no result yet.
  public var missingPositions: [Int] {
    let known = Set(images.map(\.position))
    return (0..<experiment.data.sampleCount).filter { !known.contains($0) }
  }
}

extension EvaluationResults {
  /// A hash of experiment and results, 16 hexadecimal digits: the same for the same numbers, whatever the order in which
  /// they were found and however often the run was stopped.
  ///
  /// FNV-1a of 64 bits over names and bit patterns in the order of the sample. Thumbnails don't count: they show what was
  /// evaluated and are not what was found.
  public var contentHash: String {
    var hash = ResultsHash(of: experiment)
    for image in images.sorted(by: { $0.position < $1.position }) { hash.add(image) }
    return hash.text
  }
}

extension EvaluationResults: CustomStringConvertible {
  /// How many images were evaluated, with what.
  public var description: String {
    "\(counted(images.count, "image")) of \(experiment.data.sampleCount), "
      + "\(counted(experiment.explainers.count, "explainer")), \(counted(experiment.metrics.count, "metric"))"
  }
}
