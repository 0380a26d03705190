import XAICore
import XAIFoundation

/// What an evaluation found, whole: what tables and reports are made of.
public struct EvaluationResults: Hashable, Sendable {
  /// What decided the results.
  public var experiment: Experiment
  /// The images in the order of the sample; those that could not be evaluated are among them.
  public var images: [ImageResult]

  /// Holds what was found.
  public init(experiment: Experiment, images: [ImageResult]) {
    self.experiment = experiment
    self.images = images
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
    var hash = FNV1a()
    for (name, value) in experiment.fields {
      hash.add(delimited: name)
      hash.add(delimited: value)
    }
    for image in images.sorted(by: { $0.position < $1.position }) { hash.add(image) }
    return hash.text
  }
}

extension FNV1a {
  fileprivate mutating func add(_ image: ImageResult) {
    add(image.position)
    add(delimited: image.identifier)
    add(image.label ?? -1)
    // The words for a failure name folders, which differ between machines.
    add(image.failure == nil ? 0 : 1)
    add(image.subjects.count)
    for subject in image.subjects {
      add(subject.classIndex)
      add([subject.probability ?? .nan])
      add(subject.isPredicted ? 1 : 0)
      add(subject.headEffects)
      for map in subject.maps { add(map) }
    }
  }

  private mutating func add(_ map: MapResult) {
    add(map.scores)
    add(map.diagnostics.headWeights)
    add(map.diagnostics.negativeGradientShare)
    add(map.diagnostics.attentionEntropy)
    add(map.diagnostics.rankCollapse.map { [[$0]] })
    for value in map.values {
      guard let value else {
        add(0)
        continue
      }
      add(1)
      // A negative zero is the same number, and a database gives back the other one.
      for number in [value.number] + (value.curve?.y ?? []) { add((number + 0).bitPattern) }
    }
  }

  private mutating func add(_ layers: [[Float]]?) {
    add(layers?.count ?? -1)
    for layer in layers ?? [] { add(layer) }
  }

  private mutating func add(_ numbers: [Float]) {
    add(numbers.count)
    for number in numbers { add(UInt64((number + 0).bitPattern)) }
  }

  private mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
}

extension EvaluationResults: CustomStringConvertible {
  /// How many images were evaluated, with what.
  public var description: String {
    "\(counted(images.count, "image")) of \(experiment.data.sampleCount), "
      + "\(counted(experiment.explainers.count, "explainer")), \(counted(experiment.metrics.count, "metric"))"
  }
}
