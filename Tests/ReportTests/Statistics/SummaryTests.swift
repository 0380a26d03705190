import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

/// The three sentences on top of a report, against results whose answers are known.
@Suite struct SummaryTests {
  /// Results of values: `values[metric][explainer][image]`.
  private func section(
    _ values: [[[Double?]]], directions: [MetricDescriptor.Direction] = [.higher],
    change: (inout EvaluationResults) -> Void = { _ in }
  ) throws -> ReportSection {
    var small = SmallResults(explainers: values[0].indices.map { "e\($0)" })
    small.metrics = values.indices.map { ("M\($0)", directions[$0]) }
    small.values = values[0][0].indices.map { image in
      values[0].indices.map { explainer in values.map { $0[explainer][image] } }
    }
    var results = small.results
    change(&results)
    return try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).sections[0]
  }

  private let high: [Double?] = [80, 82, 81, 83, 80, 84]
  private let middle: [Double?] = [60, 61, 63, 60, 62, 61]
  private let noise: [Double?] = [62, 60, 60, 63, 61, 62]

  @Test("the best is named with whether it is told apart from the second, by the better side of each metric")
  func best() throws {
    let section = try section(
      [[high, middle, noise], [high, middle, noise]], directions: [.higher, .lower])
    #expect(
      section.summary[0]
        == "Best by the mean: E0 by M0 (ahead of E2); E1 by M1 (not told apart from E2).")
    #expect(section.summary[1] == "Each of the 2 metrics tells at least two explainers apart.")
  }

  @Test("a metric that tells nothing apart names no best explainer")
  func undecided() throws {
    let both = try section([[high, middle], [middle, noise]], directions: [.higher, .higher])
    #expect(both.summary[0] == "Best by the mean: E0 by M0 (ahead of E1).")
    #expect(both.summary[1] == "No two explainers are told apart by M1.")
    let none = try section([[middle, noise]])
    #expect(none.summary[0].contains("none is called the best"))
    #expect(none.summary[1] == "No two explainers are told apart by M0.")
  }

  @Test("equal bests are said to be equal; a metric without a better side has no best")
  func edges() throws {
    let equal = try section([[high, high, middle]])
    #expect(equal.summary[0] == "Best by the mean: E0 and E1, equal, by M0.")
    let neither = try section([[high, middle]], directions: [.neither])
    #expect(neither.summary[0] == "No metric here says which explainer is better.")
    #expect(neither.summary[1] == "The metric tells at least two explainers apart.")
    let one = try section([[high]])
    #expect(one.summary[0] == "E0 is the only explainer, so that there is nothing to compare.")
    let single = try section([[[80], [60]]])
    #expect(single.summary[0].contains("none is called the best"))
    #expect(single.summary[1] == "Nothing can be tested: that takes two images with values.")
  }

  @Test("n, images without a result and the kernels are said as they are")
  func basis() throws {
    let section = try section([[high, middle]]) { results in
      results.images[2] = ImageResult(position: 2, identifier: "b", label: nil, failure: "no")
      results.experiment.data.sampleCount = 9
      for index in results.images.indices { results.images[index].kernels = "portable" }
      results.images[0].kernels = "oneDNN"
    }
    let sentence = section.summary[2]
    #expect(sentence.hasPrefix("The numbers are of 5 images with 5 maps per explainer; 1 image could not"))
    #expect(sentence.contains("3 images of the sample without a result yet"))
    #expect(sentence.hasSuffix("computed by different kernels: oneDNN, portable."))
  }
}
