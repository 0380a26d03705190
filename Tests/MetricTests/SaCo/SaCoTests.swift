import Testing
import XAICore
import XAIMetrics
import XAITensor
import XAITesting

/// The coefficient of any answers, and its frames.
@Suite struct SaCoTests {
  private let registry: Registry

  init() throws { registry = try Registry(plugins: builtInMetrics) }

  /// A map of four levels, a quarter of the pixels each, the highest above.
  private func subject() throws -> MetricSubject {
    try EvidenceModel().subject { row, _ in [1, 0.5, 0.25, 0][row / 4] }
  }

  private func value(_ left: [Float], of subject: MetricSubject) throws -> Double {
    let answers = left.map { FrameAnswer(probability: $0, isPredicted: true) }
    return try #require(try registry.metric("saco:groups=4").measure(answers, for: subject)).number
  }

  @Test("pairs count as much as their saliences differ, against where the order is wrong")
  func pairs() throws {
    let subject = try subject()
    #expect(try value([0.1, 0.2, 0.3, 0.4], of: subject) == 1)
    #expect(try value([0.4, 0.3, 0.2, 0.1], of: subject) == -1)
    // Saliences 64, 32, 16 and 0: the pairs differ by 32, 48, 64, 16, 32, 16, and only the first pair is wrong.
    #expect(abs(try value([0.2, 0.1, 0.3, 0.4], of: subject) - (208.0 - 64) / 208) < 1e-9)
    // Where two lose the same the higher counts as right.
    #expect(try value([0.2, 0.2, 0.2, 0.2], of: subject) == 1)
  }

  @Test("a map that is the same everywhere says nothing")
  func flat() throws {
    #expect(try value([0.1, 0.2, 0.3, 0.4], of: EvidenceModel().subject { _, _ in 1 }) == 0)
  }

  @Test(
    "each group is hidden alone, by the mean of each channel or by a fill",
    arguments: ["image-mean", "black"])
  func frames(_ substrate: String) throws {
    let subject = try subject()
    let plan = try registry.metric("saco:groups=4,substrate=\(substrate)").frames(for: subject)
    let input = subject.image.input.elements
    #expect(plan.count == 4)
    for group in 0..<4 {
      let frame = try #require(plan.image(group, of: subject))
      let naive = input.indices.map { index -> Float in
        guard index % 256 / 64 == group else { return input[index] }
        let channel = input[index / 256 * 256..<(index / 256 + 1) * 256]
        return substrate == "black" ? -1 : channel.reduce(0, +) / 256
      }
      expectClose(frame.elements, naive, within: 1e-5, "group \(group)")
    }
  }
}
