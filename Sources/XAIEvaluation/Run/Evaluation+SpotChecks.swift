import XAICore

/// A few images of a sample by what they hold: names say nothing about that.
package struct SpotCheck: Hashable, Sendable {
  package let position: Int
  package let identifier: String
  /// The hash of what is judged, as results have it.
  package let content: String
}

extension Evaluation {
  /// How many images are looked at.
  package static let spotCheckCount = 16

  /// The contents of images that are spread evenly over the sample, the same ones for every shard; those that can't be read are
  /// left out.
  package func spotChecks() -> [SpotCheck] {
    let count = min(Self.spotCheckCount, data.sampleCount)
    return (0..<count).compactMap { number in
      let position = number * data.sampleCount / count
      let index = data.indices[position]
      guard let sample = try? split.sample(index) else { return nil }
      return SpotCheck(
        position: position, identifier: split.identifier(index),
        content: sample.contentHash(label: split.label(index)))
    }
  }

  /// The label of a place of the sample, known without opening the image.
  package func label(at position: Int) -> Int? { split.label(data.indices[position]) }
}
