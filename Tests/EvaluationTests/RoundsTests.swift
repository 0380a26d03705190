import Testing
import XAI
import XAITesting

@testable import XAIEvaluation

/// Metrics whose answers decide what the model sees next.
@Suite struct RoundsTests {
  /// Frames that are shown at once, in rounds, and as patches.
  private func evaluation() throws -> Evaluation {
    try Fixture.evaluation(
      target: .selection(.top(2), text: "top:2"),
      metrics: [
        AverageDrop(), Bisection(), Dimming(),
        try Registry.builtIn().metric("insertion:preset=rise,adaptive=0.02"),
        try Registry.builtIn().metric("deletion:preset=tokens,adaptive=0.02"),
      ])
  }

  @Test("every number is the one of an image alone")
  func naiveLoop() throws {
    let evaluation = try evaluation()
    for image in try Fixture.results(evaluation).images {
      let naive = try NaiveImage(image.position, of: evaluation)
      for (place, subject) in image.subjects.enumerated() {
        for (explainer, map) in subject.maps.enumerated() {
          let expected = try naive.map(place: place, explainer: explainer).values
          for (value, other) in zip(map.values, expected) {
            let (value, other) = (try #require(value), try #require(other))
            #expect(abs(value.number - other.number) <= 2e-4 * max(1, abs(other.number)))
          }
        }
      }
    }
  }

  @Test("a run that is stopped after each image, and shards, come to the same bits")
  func interruption() throws {
    let evaluation = try evaluation()
    let whole = try Fixture.results(evaluation)
    var images: [ImageResult] = []
    while images.count < 11 {
      do {
        try evaluation.run(
          positions: Shard.whole.groups(ofSample: 11), known: Set(images.map(\.position)),
          keep: { images.append($0) }, tell: { if case .image = $0 { throw CancellationError() } })
      } catch is CancellationError {}
    }
    #expect(images.sorted { $0.position < $1.position } == whole.images)
    let shards = try (1...2).flatMap { number in
      try Fixture.results(evaluation, shard: #require(Shard(number, of: 2))).images
    }
    #expect(shards.sorted { $0.position < $1.position } == whole.images)
  }

  @Test("each frame that is asked for is shown once, in batches of all maps and images, and no other")
  func frames() throws {
    let evaluation = try Fixture.evaluation(metrics: [Bisection(), Bisection(rounds: 2)])
    var shares: [Double] = []
    var count = 0
    try evaluation.run(
      positions: [0..<4], known: [],
      keep: { image in
        count += image.subjects.flatMap(\.maps).count
      },
      tell: {
        if case .working(_, let share) = $0 { shares.append(share) }
      })
    #expect(count == 12)
    // Rounds of 1, 1, 1 and of 1, 1 frames of 12 maps, each once for both metrics; batches of 5.
    #expect(shares.count == 3 * 3)
    // The share is of all frames that the metrics might ask for, and they share theirs.
    #expect((shares.last ?? 2) <= 1 && shares == shares.sorted())
  }
}
