import Testing
import XAICore
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting

/// The gap of any answers.
@Suite struct CompletenessTests {
  private func value(
    _ options: String, _ scores: [Float], _ logits: [Float], meaning: ScoreMeaning = .signed
  ) throws -> Double? {
    let answers = logits.map { FrameAnswer(logits: [$0, 0], probability: 0.5, isPredicted: true) }
    return try Registry(plugins: builtInMetrics).metric("completeness:\(options)").measure(
      answers, for: MetricSubject(scores: scores, meaning: meaning))?.number
  }

  @Test("what the sum of the scores lacks of what the logit gains, without its sign")
  func gap() throws {
    #expect(try value("baseline=zero", [1, -0.5, 2], [5, 2]) == 0.5)
    #expect(try value("baseline=zero", [1, -0.5, 3], [5, 2]) == 0.5)
    #expect(try value("baseline=black", [1, 1, 1], [5, 2]) == 0)
    #expect(try value("baseline=none", [1, 1, 1], [5]) == 2)
    #expect(try value("relative=true", [1, -0.5, 2], [5, 1]) == 0.375)
    #expect(try value("relative=true", [1, -0.5, 2], [1, 5]) == 1.625)
    #expect(try value("relative=true", [1], [1, 1]) == nil)
  }

  @Test("scores without signs promise no sum", arguments: [ScoreMeaning.magnitude, .relative])
  func unsigned(_ meaning: ScoreMeaning) throws {
    #expect(try value("baseline=zero", [1, 2, 3], [5, 2], meaning: meaning) == nil)
  }

  @Test("the baseline is the whole image hidden, shown once for all maps")
  func frame() throws {
    let subject = try MetricSubject(scores: [1, 2], meaning: .signed)
    let plan = try Registry(plugins: builtInMetrics).metric("completeness:baseline=black").frames(
      for: subject)
    #expect(plan.count == 2 && plan[1].identity == .ofImage("black"))
    let black = subject.preprocessing.normalised(Tensor(repeating: 0, subject.pixels.shape))
    #expect(plan.image(1, of: subject)?.elements == black.elements)
  }
}
