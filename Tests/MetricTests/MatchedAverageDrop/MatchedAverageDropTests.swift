import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting

/// Masks of equal brightness, against ranks written naively, and the drop behind them.
@Suite struct MatchedAverageDropTests {
  private func subject(_ map: [Float]) throws -> MetricSubject {
    var random = SeededRandom(seed: 3)
    return try MetricSubject(
      pixels: Tensor([3, 1, map.count], (0..<3 * map.count).map { _ in random.uniform() }),
      preprocessing: Preprocessing(resize: .none, normalisation: .imageNet),
      scores: [Float](repeating: 0, count: map.count), grid: PatchGrid(rows: 1, columns: map.count), map: map,
      classIndex: 0, probability: 0.5)
  }

  /// Each place's mass, a twentieth of a pixel at a time, and the mean of it over equal values.
  private func naive(_ map: [Float], _ coverage: Double) -> [Float] {
    let n = Double(map.count)
    func mass(_ place: Double) -> Double { n * coverage * power(place / n, 1 / coverage) }
    return map.map { value in
      let below = map.count { $0 < value }
      let equal = map.count { $0 == value }
      let places = (below..<below + equal).map { mass(Double($0) + 1) - mass(Double($0)) }
      return Float(places.reduce(0, +) / Double(equal))
    }
  }

  @Test("the mask is that of the order alone, with the mean that is asked for", arguments: [0.1, 0.5, 0.8])
  func mask(_ coverage: Double) throws {
    let maps: [[Float]] = [
      [0.1, 0.7, 0.3, 1, 0], [0, 0, 0, 1, 0.5, 0.5], [0.2], [0.4, 0.4, 0.4],
      (0..<97).map { Float($0 * 31 % 97) },
    ]
    for map in maps {
      let mask = try subject(map).mask(ofMean: coverage)
      expectClose(mask, naive(map, coverage), within: 1e-6, "mask")
      #expect(mask.allSatisfy { (0...1).contains($0) })
      #expect(abs(mask.reduce(0) { $0 + Double($1) } / Double(map.count) - coverage) < 1e-6)
      // The square of a map in [0, 1] orders the same.
      expectClose(try subject(map.map { $0 * $0 }).mask(ofMean: coverage), mask, within: 0, "squared")
    }
    expectClose(
      try subject([0.4, 0.4]).mask(ofMean: coverage), [Float(coverage), Float(coverage)], within: 1e-6, "flat"
    )
  }

  @Test("at one half, the ranks")
  func ranks() throws {
    expectClose(
      try subject([0.3, 0.9, 0, 0.5]).mask(ofMean: 0.5), [0.375, 0.875, 0.125, 0.625], within: 1e-6, "ranks")
  }

  @Test(
    "the frame is the masked image, before or after mean and deviation", arguments: ["pixels", "normalised"])
  func frame(_ space: String) throws {
    let subject = try subject([0.3, 0.9, 0, 0.5])
    let metric = try Registry(plugins: builtInMetrics).metric("matched-average-drop:space=\(space)")
    let frame = try #require(try metric.frames(for: subject).image(0, of: subject))
    let mask: [Float] = [0.375, 0.875, 0.125, 0.625]
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let naive = subject.pixels.elements.enumerated().map { index, pixel -> Float in
      let (channel, weight) = (index / 4, mask[index % 4])
      return space == "pixels"
        ? (pixel * weight - mean[channel]) / deviation[channel]
        : weight * (pixel - mean[channel]) / deviation[channel]
    }
    expectClose(frame.elements, naive, within: 1e-5, space)
  }

  @Test("the loss is that of Average Drop", arguments: [("relative", 50.0), ("absolute", 25)])
  func loss(_ drop: String, _ expected: Double) throws {
    let metric = try Registry(plugins: builtInMetrics).metric("matched-average-drop:drop=\(drop)")
    let answer = FrameAnswer(probability: 0.25, isPredicted: true)
    let value = try #require(try metric.measure([answer], for: subject([0, 1]))).number
    #expect(abs(value - expected) < 1e-6)
  }

  @Test(
    "Average Increase and Average Gain take the same mask, which is shared",
    arguments: ["average-increase", "average-gain"])
  func others(_ id: String) throws {
    let registry = try Registry(plugins: builtInMetrics)
    let subject = try subject([0.3, 0.9, 0, 0.5])
    let (matched, other) = (
      try registry.metric("matched-average-drop").frames(for: subject),
      try registry.metric("\(id):coverage=0.5").frames(for: subject)
    )
    #expect(matched[0].identity == other[0].identity)
    #expect(matched.image(0, of: subject)?.elements == other.image(0, of: subject)?.elements)
    #expect(try registry.metric(id).frames(for: subject)[0].identity == .ofMap("masked"))
    #expect(try !registry.metric(id).protocolText.contains("coverage"))
  }

  @Test("a coverage that is none is refused", arguments: ["0", "1", "-0.5", "nan"])
  func refusals(_ coverage: String) throws {
    for id in ["matched-average-drop", "average-gain"] {
      expectError("coverage can't be '\(coverage)'") {
        try Registry(plugins: builtInMetrics).metric("\(id):coverage=\(coverage)")
      }
    }
  }
}
