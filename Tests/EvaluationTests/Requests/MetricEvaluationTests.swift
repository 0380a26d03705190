import Testing
import XAICore
import XAIEvaluation
import XAIMetrics
import XAITensor
import XAITesting

@Suite struct MetricEvaluationTests {
  @Test("a batch of no frames throws")
  func noFrames() throws {
    let subject = try EvidenceModel().perfectSubject()
    #expect(throws: MetricError.batchSize(0)) {
      try Insertion(options: .init()).evaluate(subject, using: EvidenceModel(), batchSize: 0)
    }
  }

  @Test("a metric of probabilities refuses a regression, and says which metric and model")
  func metric() throws {
    struct Regression: Model {
      let base = EvidenceModel()
      var descriptor: ModelDescriptor {
        var descriptor = base.descriptor
        descriptor.output = .regression
        return descriptor
      }
      func layout(height: Int, width: Int) -> TokenLayout { base.layout(height: height, width: width) }
      func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
        try base.forward(input, recording: recording)
      }
    }
    let subject = try EvidenceModel().perfectSubject()
    let error = #expect(throws: ModelError.self) {
      try Darkening().evaluate(subject, using: Regression())
    }
    let text = try #require(error?.description)
    #expect(text.contains("darkening") && text.contains("evidence") && text.contains("probability"))
    #expect(try Darkening().evaluate(subject, using: EvidenceModel()) != nil)
  }
}

/// The probability that is left of a black image.
private struct Darkening: Metric {
  struct Options: PluginOptions {
    static let table: [OptionSpec<Self>] = []
  }

  static let descriptor = MetricDescriptor(
    id: "darkening", title: "Darkening", summary: "The probability that a black image has",
    direction: .neither, unit: "", range: 0...1,
    citation: Citation(authors: "None", title: "None", venue: "none", year: 2026, identifier: "none"))
  let options = Options()
  init(options: Options) {}
  init() {}

  var needs: MetricNeeds { .probabilities }

  func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(logits: FramePlan([Frame(.made { Tensor(repeating: -1, subject.pixels.shape) })])) { answers in
      .value(MetricValue(Double(answers.logits[0].probability)))
    }
  }
}
