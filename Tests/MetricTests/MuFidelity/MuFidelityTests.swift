import Testing
import XAICore
import XAIFoundation
import XAIMetrics
import XAITensor
import XAITesting

/// Correlations of sums and losses, written naively, and the sets that are drawn.
@Suite struct MuFidelityTests {
  private let registry: Registry

  init() throws { registry = try Registry(plugins: builtInMetrics) }

  private func subject() throws -> MetricSubject {
    try EvidenceModel().subject { row, column in Float((row / 4 * 4 + column / 4) * 7 % 16) }
  }

  /// The hidden patches of each frame but the whole image.
  private func sets(_ options: String, _ subject: MetricSubject) throws -> [Set<Int>] {
    let plan = try registry.metric("mufidelity:\(options)").frames(for: subject)
    let input = subject.image.input.elements
    return try (1..<plan.count).map { index in
      let frame = try #require(plan.image(index, of: subject)).elements
      return Set(
        (0..<16).filter { patch in
          let pixel = patch / 4 * 64 + patch % 4 * 4
          return frame[pixel] != input[pixel]
        })
    }
  }

  @Test("each patch is hidden with the same chance, from the seed and the image")
  func draws() throws {
    var subject = try subject()
    let sets = try sets("samples=300,share=0.2", subject)
    #expect(try sets == self.sets("samples=300,share=0.2", subject))
    let share = Double(sets.reduce(0) { $0 + $1.count }) / (300 * 16)
    #expect(abs(share - 0.2) < 0.02, "\(share)")
    #expect(Set(sets.map(\.count)).count > 3)
    for (sample, hidden) in sets.enumerated() {
      var random = SeededRandom(seed: subject.seed, UInt64(sample))
      #expect(Set((0..<16).filter { _ in random.uniform() <= 0.2 }) == hidden)
    }
    subject.experimentSeed = 1
    #expect(try sets != self.sets("samples=300,share=0.2", subject))
  }

  @Test("the correlation of sums with losses, by ranks or as they are", arguments: ["spearman", "pearson"])
  func correlation(_ kind: String) throws {
    let subject = try subject()
    let options = "samples=12,correlation=\(kind),score=probability"
    let sums = try sets(options, subject).map { $0.reduce(0.0) { $0 + Double(subject.scores[$1]) } }
    func value(_ losses: [Double]) throws -> Double {
      let answers =
        [FrameAnswer(probability: 1, isPredicted: true)]
        + losses.map { FrameAnswer(probability: Float(1 - $0), isPredicted: true) }
      return try #require(try registry.metric("mufidelity:\(options)").measure(answers, for: subject)).number
    }
    #expect(abs(try value(sums.map { $0 / 256 }) - 1) < 1e-5)
    #expect(abs(try value(sums.map { 0.5 - $0 / 256 }) + 1) < 1e-5)
    #expect(try value(sums.map { _ in 0.25 }) == 0)
    let monotone = try value(sums.map { $0 * $0 * $0 / 1e7 })
    #expect(kind == "spearman" ? abs(monotone - 1) < 1e-9 : monotone < 0.99 && monotone > 0.5)
  }

  @Test("logits need no probabilities")
  func needs() throws {
    #expect(try registry.metric("mufidelity").needs == .seed)
    #expect(try registry.metric("mufidelity:score=probability").needs == [.seed, .probabilities])
  }
}
