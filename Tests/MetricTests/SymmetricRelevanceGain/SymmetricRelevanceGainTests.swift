import Testing
import XAICore
import XAIEvaluation
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// The gain against the two metrics that it is the difference of, and its identities.
@Suite struct SymmetricRelevanceGainTests {
  private let model = ToyModel.classToken.make(on: PortableKernels())
  private let registry: Registry

  init() throws { registry = try Registry(plugins: builtInMetrics) }

  /// A noisy image of 12 × 12 in 3 × 3 patches, with a map that has no equal values.
  private func subject(reversed: Bool = false, constant: Bool = false) throws -> MetricSubject {
    var random = SeededRandom(seed: 18)
    let pixels = Tensor([3, 12, 12], (0..<432).map { _ in random.uniform() })
    let sign: Float = constant ? 0 : reversed ? -1 : 1
    let scores = (0..<9).map { _ in sign * random.uniform() }
    let map = (0..<144).map { 0.5 + sign * (Float($0 * 89 % 144) / 143 - 0.5) }
    let logits = try model.logits(
      model.descriptor.preprocessing.normalised(pixels).reshaped(to: [1, 3, 12, 12]))[0].elements
    var subject = try MetricSubject(
      pixels: pixels, preprocessing: model.descriptor.preprocessing, scores: scores,
      grid: PatchGrid(rows: 3, columns: 3), map: map, classIndex: 2, probability: softmax(logits)[2])
    subject.logits = logits
    return subject
  }

  private func value(_ metric: String, _ subject: MetricSubject) throws -> MetricValue {
    try #require(try registry.metric(metric).evaluate(subject, using: model))
  }

  @Test(
    "it is Negative Perturbation minus Deletion of the same protocol",
    arguments: PerturbationProtocolTests.presets)
  func difference(_ preset: String) throws {
    let subject = try subject()
    let gain = try value("srg:preset=\(preset)", subject)
    let kept = try value("negative-perturbation:preset=\(preset)", subject)
    let lost = try value("deletion:preset=\(preset)", subject)
    #expect(abs(gain.number - (kept.number - lost.number)) < 1e-4)
    let (a, b) = (try #require(kept.curve), try #require(lost.curve))
    #expect(gain.curve?.x == a.x)
    expectClose(
      try #require(gain.curve).y.map { Float($0) }, zip(a.y, b.y).map { Float($0 - $1) }, within: 1e-4, preset
    )
  }

  @Test("the reversed map has the opposite gain", arguments: ["rise-fast", "rise", "logit", "tokens"])
  func reversal(_ preset: String) throws {
    let gain = try value("srg:preset=\(preset)", subject()).number
    let reversed = try value("srg:preset=\(preset)", subject(reversed: true)).number
    #expect(abs(gain) > 0.001 && abs(gain + reversed) < 1e-4 * max(1, abs(gain)), "\(gain), \(reversed)")
  }

  @Test("logits step by step, written naively")
  func logits() throws {
    let subject = try subject()
    let input = subject.image.input.elements
    let order = subject.map.indices.sorted { subject.map[$0] > subject.map[$1] }
    func area(_ order: [Int]) throws -> Double {
      let curve = try (0...12).map { step -> Double in
        let gone = Set(order.prefix(12 * step))
        let frame = input.enumerated().map { gone.contains($0 % 144) ? 0 : $1 }
        return Double(try model.logits(Tensor([1, 3, 12, 12], frame))[0].elements[2])
      }
      return (curve.reduce(0, +) - (curve[0] + curve[12]) / 2) / 12
    }
    let expected = try area(order.reversed()) - area(order)
    #expect(abs(try value("srg:step=rows(1),score=logit", subject).number - expected) < 1e-4)
    // A subject whose logits are not known asks for those of the whole image.
    var unknown = subject
    unknown.logits = []
    #expect(abs(try value("srg:step=rows(1),score=logit", unknown).number - expected) < 1e-4)
  }

  @Test("adding a constant to a logit changes nothing, and only probabilities need a model that has them")
  func needs() throws {
    #expect(try registry.metric("srg").needs == .probabilities)
    #expect(try registry.metric("srg:preset=logit").needs == [])
    #expect(try registry.metric("srg:preset=tokens").needs == [.probabilities, .patchRemoval])
  }

  @Test("single curves of logits are refused, and so are options that contradict one another")
  func refusals() throws {
    expectError("score can't be 'logit'") { try registry.metric("deletion:score=logit") }
    var options = PerturbationOptions()
    options.score = .logit
    expectError("score=logit is out of range") { try Deletion(options: options) }
    expectError("substrate=black is out of range") {
      try registry.metric("srg:preset=tokens,substrate=black")
    }
  }

  @Test(
    "protocols keep their hashes",
    arguments: [("rise-fast", "a56cb76330795f57"), ("logit", "809a59a1f0820657")])
  func hashes(_ preset: String, _ hash: String) throws {
    #expect(try registry.metric("srg:preset=\(preset)").protocolHash == hash)
  }
}
