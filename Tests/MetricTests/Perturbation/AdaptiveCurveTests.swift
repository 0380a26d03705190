import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// Curves of which only some points are computed, against the full ones and against the rule written naively.
@Suite struct AdaptiveCurveTests {
  /// Noise on an image of 56 × 56, whose map has no equal values.
  private let subject: MetricSubject

  init() throws {
    var random = SeededRandom(seed: 6)
    let side = 56
    subject = try MetricSubject(
      pixels: Tensor([3, side, side], (0..<3 * side * side).map { _ in random.uniform() }),
      preprocessing: Preprocessing(resize: .none, normalisation: .imageNet),
      scores: (0..<49).map { _ in random.uniform() }, grid: PatchGrid(rows: 7, columns: 7),
      map: (0..<side * side).map { Float($0 * 1999 % (side * side)) }, classIndex: 0, probability: 0.75)
  }

  /// Asks a metric about answers that are a function of the frame's place on the full curve, and notes what it asks for.
  private func judge(
    _ metric: String, answer: (_ share: Double) -> Float
  ) throws -> (value: MetricValue, rounds: [[Int]], count: Int) {
    let registry = try Registry(plugins: builtInMetrics)
    // The frames of the full curve, known by how much of the image is in them.
    let full = try registry.metric(String(metric.prefix { $0 != "," })).frames(for: subject)
    let amounts = (0..<full.count).map { full[$0].unchangedCount(of: subject) }
    #expect(Set(amounts).count == amounts.count)
    let metric = try registry.metric(metric)
    var (plan, rounds): (MetricPlan, [[Int]]) = (try metric.plan(for: subject), [])
    while case .ask(let frames, _, let later, let then) = plan {
      let asked = try (0..<frames.count).map {
        try #require(amounts.firstIndex(of: frames[$0].unchangedCount(of: subject)))
      }
      rounds.append(asked)
      #expect(later == amounts.count - rounds.joined().count)
      plan = try then(
        MetricAnswers(
          logits: asked.map {
            let probability = answer(Double($0) / Double(amounts.count))
            return FrameAnswer(probability: probability, isPredicted: probability > 0.5)
          }))
    }
    guard case .value(let value?) = plan else { throw NoValue() }
    return (value, rounds, amounts.count)
  }

  private struct NoValue: Error {}

  /// A rise from 0 to 0.75 with a wave on it.
  private func wave(_ share: Double) -> Float {
    Float(0.75 / (1 + Double(exponential(-20 * (share - 0.4))))) + (share > 0.6 ? 0.02 : 0) * Float(share)
  }

  @Test(
    "without tolerance it is the full curve, to the bit",
    arguments: PerturbationProtocolTests.metrics, PerturbationProtocolTests.fullPresets)
  func exact(_ id: String, _ preset: String) throws {
    let full = try judge("\(id):preset=\(preset)", answer: wave)
    let adaptive = try judge("\(id):preset=\(preset),adaptive=0", answer: wave)
    #expect(full.rounds == [Array(0..<full.count)])
    #expect(adaptive.rounds.joined().sorted() == Array(0..<full.count))
    #expect(adaptive.value == full.value)
  }

  @Test("fewer forwards come close to the full curve", arguments: PerturbationProtocolTests.metrics)
  func close(_ id: String) throws {
    for tolerance in [0.05, 0.2, 1] {
      let full = try judge("\(id):preset=rise", answer: wave)
      let adaptive = try judge("\(id):preset=rise,adaptive=\(tolerance)", answer: wave)
      #expect(abs(adaptive.value.number - full.value.number) < tolerance, "\(tolerance)")
      let asked = adaptive.rounds.joined()
      #expect(asked.count < full.count && Set(asked).count == asked.count)
      #expect(adaptive.value.curve?.x == full.value.curve?.x)
    }
  }

  @Test("a flat curve is seen at the first points alone")
  func flat() throws {
    let result = try judge("negative-perturbation:preset=rise,adaptive=0.01") { _ in 0.75 }
    #expect(result.rounds.count == 1)
    #expect(result.value.number == 75)
  }

  @Test("points that are asked for are the answers, and the others lie between them on straight lines")
  func straight() throws {
    let result = try judge("insertion:preset=rise,adaptive=1", answer: wave)
    let curve = try #require(result.value.curve)
    // The last point is the whole image, of which the probability is known.
    let known = result.rounds.joined().sorted() + [result.count]
    for place in known.dropLast() {
      #expect(Float(curve.y[place] / 100) == wave(Double(place) / Double(result.count)))
    }
    for (start, end) in zip(known, known.dropFirst()) {
      for place in start..<end {
        let share = Double(place - start) / Double(end - start)
        #expect(abs(curve.y[place] - (curve.y[start] * (1 - share) + curve.y[end] * share)) < 1e-9)
      }
    }
  }

  @Test("the rounds are those of the rule written naively", arguments: [0.02, 0.1, 0.5, 2])
  func naive(_ tolerance: Double) throws {
    var random = SeededRandom(seed: 12)
    var walk = [Float(0.5)]
    for _ in 0..<56 { walk.append(min(max(walk[walk.count - 1] + (random.uniform() - 0.5) / 8, 0), 1)) }
    walk[56] = 0.75
    let result = try judge("insertion:preset=rise,adaptive=\(tolerance)") { walk[Int(($0 * 56).rounded())] }
    var naive = NaiveAdaptiveCurve(walk.map { Double($0) }, tolerance: tolerance / 100)
    #expect(result.rounds == naive.rounds())
    #expect(result.rounds.count > 1)
  }

  @Test("an answer that is no number ends the refinement")
  func notANumber() throws {
    let result = try judge("deletion:preset=rise,adaptive=0.1") { $0 > 0.5 ? .nan : 0.5 }
    #expect(result.rounds.count == 1 && result.value.number.isNaN)
  }

  @Test("the tolerance is part of the protocol, and its absence keeps the hashes of before")
  func hash() throws {
    let registry = try Registry(plugins: builtInMetrics)
    let metric = try registry.metric("insertion:preset=rise,adaptive=0.5")
    #expect(metric.specification == "insertion:preset=rise,adaptive=0.5")
    #expect(metric.protocolText.hasSuffix("\nadaptive=0.5"))
    #expect(try metric.protocolHash != registry.metric("insertion:preset=rise,adaptive=0.1").protocolHash)
    #expect(try !registry.metric("insertion:adaptive=none").protocolText.contains("adaptive"))
    #expect(metric.protocolName == nil)
    expectError("adaptive can't be '-1'") { try registry.metric("insertion:adaptive=-1") }
    var options = PerturbationOptions()
    options.adaptive = -.infinity
    expectError("adaptive=-inf is out of range") { try Deletion(options: options) }
  }
}

/// The rule from its words: the variance of what is left out by the covariances of a Brownian bridge, one by one.
private struct NaiveAdaptiveCurve {
  let curve: [Double]
  let tolerance: Double
  /// The last point is known from the start.
  private var known: Set<Int>

  init(_ curve: [Double], tolerance: Double) {
    self.curve = curve
    self.tolerance = tolerance
    known = [curve.count - 1]
  }

  mutating func rounds() -> [[Int]] {
    let last = Double(curve.count - 1)
    let gapCount = max(7, (curve.count + 14) / 16)
    let first = (0...gapCount).map { Int((Double($0) * last / Double(gapCount)).rounded()) }
    var rounds = [first.filter { !known.contains($0) }]
    known.formUnion(first)
    while case let next = next(), !next.isEmpty {
      rounds.append(next.sorted())
      known.formUnion(next)
    }
    return rounds
  }

  private func next() -> [Int] {
    let points = known.sorted()
    let pairs = zip(points, points.dropFirst()).map { ($0, $1) }
    let variance = pairs.map { start, end in
      (curve[end] - curve[start]) * (curve[end] - curve[start]) / Double(end - start)
    }
    var errors = pairs.indices.map { index -> (square: Double, middle: Int?) in
      let (start, end) = pairs[index]
      let gap = end - start
      var sum = 0.0
      for i in 1..<max(gap, 1) {
        for j in 1..<max(gap, 1) { sum += Double(min(i, j)) - Double(i * j) / Double(gap) }
      }
      let roughest = pairs.indices.filter { abs($0 - index) <= 1 }.map { variance[$0] }.max() ?? 0
      let width = Double(curve.count - 1)
      return (roughest * sum / width / width, gap > 1 ? (start + end) / 2 : nil)
    }
    var chosen: [Int] = []
    while 2.5 * errors.reduce(0, { $0 + $1.square }).squareRoot() >= tolerance {
      let open = errors.indices.filter { errors[$0].middle != nil }
      guard let worst = open.max(by: { errors[$0].square < errors[$1].square }),
        let middle = errors[worst].middle
      else { break }
      chosen.append(middle)
      errors[worst] = (0, nil)
    }
    return chosen
  }
}
