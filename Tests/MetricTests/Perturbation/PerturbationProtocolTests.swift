import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// The three ways with every preset, against the same protocol written naively.
@Suite struct PerturbationProtocolTests {
  static let metrics = ["insertion", "deletion", "negative-perturbation"]
  static let presets = PerturbationOptions.presets.map(\.name)
  /// Those that show every point, in order.
  static let fullPresets = presets.filter { $0 != "rise-adaptive" }

  /// An image of 8 × 6 pixels in 2 × 3 patches, with equal values in its map and scores.
  private func subject(probability: Float = 0.4) throws -> MetricSubject {
    var random = SeededRandom(seed: 4)
    let pixels = Tensor([3, 8, 6], (0..<144).map { _ in random.uniform() })
    let map = (0..<48).map { _ in (random.uniform() * 8).rounded() / 8 }
    return try MetricSubject(
      pixels: pixels, preprocessing: Preprocessing(resize: .none, normalisation: .imageNet),
      scores: [0.5, -1, 0.5, 2, 0, -0], grid: PatchGrid(rows: 2, columns: 3), map: map, classIndex: 1,
      probability: probability)
  }

  @Test("frames, element by element", arguments: metrics, fullPresets)
  func frames(_ id: String, _ preset: String) throws {
    let metric = try Registry(plugins: builtInMetrics).metric("\(id):preset=\(preset)")
    let subject = try subject()
    let naive = NaivePerturbation(metric, subject)
    let plan = try metric.frames(for: subject)
    let asked = naive.points.filter {
      $0.isShown.contains(false) || metric.options.texts.contains { $0.value == "accuracy" }
    }
    #expect(plan.count == asked.count)
    for (index, point) in asked.enumerated() {
      if case .patches(let kept) = plan[index].content {
        #expect(preset == "tokens" && kept == point.isShown.indices.filter { point.isShown[$0] })
      } else {
        let frame = try #require(plan.image(index, of: subject))
        expectClose(frame.elements, naive.image(point), within: 2e-6, "\(id) \(preset), frame \(index)")
      }
    }
  }

  @Test("values and curves of any answers", arguments: metrics, fullPresets)
  func values(_ id: String, _ preset: String) throws {
    let metric = try Registry(plugins: builtInMetrics).metric("\(id):preset=\(preset)")
    let subject = try subject()
    let naive = NaivePerturbation(metric, subject)
    let isAccuracy = metric.options.texts.contains { $0.value == "accuracy" }
    var random = SeededRandom(seed: 5)
    let answers = try (0..<metric.frames(for: subject).count).map { _ in
      FrameAnswer(probability: random.uniform(), isPredicted: random.uniform() < 0.5)
    }
    var next = answers.makeIterator()
    let scores = try naive.points.map { point -> Double in
      if !isAccuracy, !point.isShown.contains(false) { return Double(subject.probability) }
      let given = next.next()
      let answer = try #require(given)
      return isAccuracy ? (answer.isPredicted ? 1 : 0) : Double(answer.probability)
    }
    let value = try #require(try metric.measure(answers, for: subject))
    let curve = try #require(value.curve)
    #expect(abs(value.number - naive.area(scores)) < 1e-9)
    expectClose(curve.y.map { Float($0) }, scores.map { Float($0 * 100) }, within: 1e-4, "y")
    expectClose(
      curve.x.map { Float($0) }, naive.points.map { Float($0.changed) / Float(naive.unitCount) * 100 },
      within: 1e-4, "x")
  }

  @Test("a class that is certain everywhere has the whole area, and never more", arguments: metrics, presets)
  func certain(_ id: String, _ preset: String) throws {
    let metric = try Registry(plugins: builtInMetrics).metric("\(id):preset=\(preset)")
    let subject = try subject(probability: 1)
    let answers = try (0..<metric.frames(for: subject).count).map { _ in
      FrameAnswer(probability: 1, isPredicted: true)
    }
    let value = try #require(try metric.measure(answers, for: subject)).number
    // Nine of Chefer's ten steps count.
    #expect(value == (preset == "chefer" ? 90 : 100))
  }

  @Test("frames that do not depend on the map are shared by all maps of an image")
  func identities() throws {
    let registry = try Registry(plugins: builtInMetrics)
    func names(_ text: String) throws -> [String] {
      let plan = try registry.metric(text).frames(for: subject())
      return (0..<plan.count).compactMap {
        if case .ofImage(let name) = plan[$0].identity { name } else { nil }
      }
    }
    #expect(try names("insertion") == ["blur"])
    #expect(try names("deletion") == ["zero"])
    #expect(try names("negative-perturbation:preset=blur") == ["blur"])
    for substrate in ["black", "mean", "lowest"] {
      #expect(try names("deletion:substrate=\(substrate)") == [substrate])
      #expect(try names("insertion:substrate=\(substrate)") == [substrate])
    }
    #expect(try names("deletion:preset=chefer") == ["whole"])
    #expect(try names("insertion:preset=chefer") == ["whole"])
    #expect(try names("deletion:score=accuracy") == ["whole", "zero"])
    #expect(try names("deletion:preset=tokens") == [])
    #expect(try names("deletion:preset=tokens,score=accuracy") == ["whole"])
    #expect(try names("deletion:preset=tokens,points=all") == ["no-patches"])
  }

  @Test("an image of one patch has one point, whose height is the value", arguments: metrics)
  func onePatch(_ id: String) throws {
    let subject = try subject()
    let single = try MetricSubject(
      pixels: subject.pixels, preprocessing: subject.preprocessing, map: subject.map, classIndex: 1,
      probability: 0.25)
    let metric = try Registry(plugins: builtInMetrics).metric("\(id):preset=tokens")
    #expect(try metric.frames(for: single).count == 0)
    #expect(try metric.measure([], for: single)?.number == 25)
  }
}
