import Testing
import XAICore
import XAIMetrics
import XAITesting

/// What becomes of scores below 0 in metrics of masks, masses and extents.
///
/// Nothing is upsampled here: a patch is a pixel.
@Suite struct NegativeScoresTests {
  private static let scores: [Float] = [-4, -1, 0, 1, 2]

  @Test(
    "the map of each convention",
    arguments: [
      (NegativeScores.clip, [0, 0, 0, 0.5, 1]), (.shift, [0, 0.5, 2 / 3, 5 / 6, 1]),
      (.abs, [1, 0.25, 0, 0.25, 0.5]),
    ] as [(NegativeScores, [Float])])
  func maps(_ negative: NegativeScores, _ expected: [Float]) throws {
    let signed = try MetricSubject(scores: Self.scores, meaning: .signed)
    expectClose(signed.map(negative), expected, within: 1e-6, "map")
    // Magnitudes are scaled by minimum and maximum, whatever is chosen.
    expectClose(
      try MetricSubject(scores: [1, 2, 3]).map(negative), [0, 0.5, 1], within: 1e-6, "map of magnitudes")
  }

  @Test("relative scores are scaled by minimum and maximum, whatever sign they have and whatever is chosen")
  func relative() throws {
    for negative in NegativeScores.allCases {
      let subject = try MetricSubject(scores: Self.scores, meaning: .relative)
      expectClose(subject.map(negative), [0, 0.5, 2 / 3, 5 / 6, 1], within: 1e-6, "map of \(negative)")
      expectClose(
        try MetricSubject(scores: [-3, -2, -1], meaning: .relative).map(negative), [0, 0.5, 1], within: 1e-6,
        "below 0")
    }
  }

  @Test("a map of scores below 0 alone shows nothing; equal scores show nothing by any convention")
  func empty() throws {
    let against = try MetricSubject(scores: [-3, -2, -1], meaning: .signed)
    #expect(against.map(.clip) == [0, 0, 0])
    expectClose(against.map(.abs), [1, 2 / 3, 1 / 3], within: 1e-6, "map")
    for negative in NegativeScores.allCases {
      for level: Float in [-2, 0, 3] {
        let flat = try MetricSubject(scores: [level, level, level], meaning: .signed)
        #expect(flat.map(negative) == [0, 0, 0])
      }
    }
  }

  @Test(
    "energy, class localisation and IoU by each convention: sums, means and sets of the patches",
    arguments: [
      // The object is the last two patches, that of another class the first two.
      ("energy", "clip", 100), ("energy", "shift", 100 * (11 / 6) / 3), ("energy", "abs", 37.5),
      ("class-localisation", "clip", 100), ("class-localisation", "shift", 100 * (11 / 6) / (11 / 6 + 0.5)),
      ("class-localisation", "abs", 100 * 0.75 / 2),
      // Above the mean 0.3, 0.6 and 0.4: patches 3 and 4; 2, 3 and 4; 0 and 4.
      ("iou", "clip", 100), ("iou", "shift", 200 / 3), ("iou", "abs", 100 / 3),
    ] as [(String, String, Double)])
  func values(_ id: String, _ negative: String, _ expected: Double) throws {
    var subject = try MetricSubject(scores: Self.scores, meaning: .signed)
    subject.objects = [
      ObjectRegion(classIndex: 0, pixels: [false, false, false, true, true]),
      ObjectRegion(classIndex: 1, pixels: [true, true, false, false, false]),
    ]
    let metric = try Registry(plugins: builtInMetrics).metric("\(id):negative=\(negative)")
    let value = try #require(try metric.measure([], for: subject)).number
    #expect(abs(value - expected) < 1e-4)
    if negative == "clip" {
      let usual = try Registry(plugins: builtInMetrics).metric(id).measure([], for: subject)
      #expect(usual?.number == value)
    }
  }

  @Test("entropy and sparsity have the scores above 0 alone, where that is asked for")
  func positive() throws {
    let registry = try Registry(plugins: builtInMetrics)
    for id in ["entropy", "sparsity"] {
      let positive = try registry.metric("\(id):scores=positive")
      let signed = try positive.measure([], for: MetricSubject(scores: Self.scores, meaning: .signed))
      #expect(signed == (try positive.measure([], for: MetricSubject(scores: [0, 0, 0, 1, 2]))))
      #expect(signed != (try registry.metric(id).measure([], for: MetricSubject(scores: Self.scores))))
    }
  }
}
