import Testing
import XAI
import XAITesting

@testable import XAIEvaluation

/// The runner, which shares passes and batches, against a loop over images, maps and metrics, which shares nothing.
@Suite struct RunnerTests {
  @Test(
    "every number is the one of an image alone",
    arguments: [
      EvaluationTarget.predicted, .label, .objects, .selection(.top(2), text: "top:2"),
      .selection(.classes([3]), text: "3"),
    ])
  func naiveLoop(target: EvaluationTarget) throws {
    let evaluation = try Fixture.evaluation(target: target)
    let results = try Fixture.results(evaluation)
    #expect(results.images.map(\.position) == Array(0..<11))
    for image in results.images {
      #expect(image.failure == nil)
      try expect(image, is: NaiveImage(image.position, of: evaluation))
    }
    #expect(results.images.contains { !$0.subjects.isEmpty })
  }

  private func expect(_ image: ImageResult, is naive: NaiveImage) throws {
    #expect(image.identifier == naive.identifier)
    let rank = naive.label.map { label in
      1 + naive.probabilities.count { $0 > naive.probabilities[label] }
    }
    #expect(image.labelRank == rank)
    #expect(image.subjects.map(\.classIndex) == naive.classes)
    for (place, subject) in image.subjects.enumerated() {
      #expect(isNear(try #require(subject.probability), naive.probabilities[subject.classIndex]))
      #expect(subject.isPredicted == (naive.predicted == subject.classIndex))
      for (explainer, map) in subject.maps.enumerated() {
        let expected = try naive.map(place: place, explainer: explainer)
        #expect(zip(map.scores, expected.scores).allSatisfy { isNear($0, $1) })
        for (metric, value) in map.values.enumerated() {
          let number = expected.values[metric]
          #expect((value == nil) == (number == nil))
          #expect(isNear(Float(value?.number ?? 0), Float(number?.number ?? 0)), "metric \(metric)")
          let points = zip(value?.curve?.y ?? [], number?.curve?.y ?? [])
          #expect(points.allSatisfy { isNear(Float($0), Float($1)) })
        }
      }
      let effects = try naive.headEffects(subject.classIndex)
      #expect(subject.headEffects?.count == 3)
      #expect(zip(subject.headEffects?.flatMap { $0 } ?? [], effects).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  /// Batches of another size round otherwise in the last bits.
  private func isNear(_ a: Float, _ b: Float) -> Bool { abs(a - b) <= 2e-4 * max(1, abs(b)) }

  @Test("the first images are kept as the model saw them")
  func thumbnails() throws {
    let results = try Fixture.results(Fixture.evaluation())
    #expect(results.images.map { $0.thumbnail != nil } == (0..<11).map { $0 < 3 })
    let image = try RGBImage(decoding: try #require(results.images[0].thumbnail))
    #expect(image.width == 12 && image.height == 12)
  }

  @Test("frames that are the same are shown once, in full batches")
  func sharedFrames() throws {
    let evaluation = try Fixture.evaluation()
    var images: [ImageResult] = []
    var shares: [Double] = []
    try evaluation.run(
      positions: [0..<4], known: [], keep: { images.append($0) },
      tell: {
        if case .working(_, let share) = $0 { shares.append(share) }
      })
    // Each of 4 images: 4 dimmed ones, and of each of 3 maps the masked one and the dimming's own; batches of 5.
    let wholeImages = 4 * (4 + 3 * 2)
    // One frame of each number of patches a map.
    let patches = 9 * ((4 * 3 + 4) / 5)
    // The maps of a model with random weights at each stage, of all images; those of the next likeliest class are known.
    let stages = 5
    #expect(shares.count == stages + wholeImages / 5 + patches)
    #expect(shares.last == 1 && shares == shares.sorted())
    #expect(images.count == 4)
  }

  @Test("images without a class have no maps, and are no failures")
  func imagesWithoutClass() throws {
    let results = try Fixture.results(Fixture.evaluation(target: .objects))
    #expect(results.images[3].subjects.isEmpty && results.images[3].failure == nil)
    #expect(results.images[0].subjects.map(\.classIndex) == [0, 2])
  }
}
