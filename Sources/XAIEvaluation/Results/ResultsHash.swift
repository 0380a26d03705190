import XAICore
import XAIFoundation

/// The hash of experiment and results, made image by image in the order of the sample; see `EvaluationResults.contentHash`.
package struct ResultsHash {
  private var hash = FNV1a()

  /// Begins with what decides the results.
  package init(of experiment: Experiment) {
    for (name, value) in experiment.fields {
      hash.add(delimited: name)
      hash.add(delimited: value)
    }
  }

  /// Adds the next image of the sample.
  package mutating func add(_ image: ImageResult) { hash.add(image) }

  /// The hash of what was added so far, 16 hexadecimal digits.
  package var text: String { hash.text }
}

extension FNV1a {
  fileprivate mutating func add(_ image: ImageResult) {
    add(image.position)
    add(delimited: image.identifier)
    add(image.label ?? -1)
    // The words for a failure name folders, which differ between machines.
    add(image.failure == nil ? 0 : 1)
    // Results of before don't say what the image was.
    if let content = image.content { add(delimited: content) }
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
