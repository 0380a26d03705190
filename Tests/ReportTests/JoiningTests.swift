import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

@Suite struct JoiningTests {
  private let whole: EvaluationResults

  init() throws {
    whole = try SyntheticResults(imageCount: 6, hasThumbnails: false).make()
  }

  private func shard(_ positions: [Int]) -> Report.Source {
    Report.Source(
      name: "\(positions)",
      results: EvaluationResults(
        experiment: whole.experiment, images: positions.map { whole.images[$0] }))
  }

  @Test("shards make the tables of the whole, in any order")
  func shards() throws {
    let joined = try Report(of: [shard([5, 1, 3]), shard([0, 2, 4])], bootstrap: .rough)
    let direct = try Report(of: [.init(name: "[5, 1, 3], [0, 2, 4]", results: whole)], bootstrap: .rough)
    #expect(joined.sections.count == 1)
    #expect(joined.sections.first?.images.map(\.identifier) == whole.images.map(\.identifier))
    #expect(joined.sections.first?.resultsHash == whole.contentHash)
    #expect(try joined.text(as: .csv) == direct.text(as: .csv))
  }

  @Test("images that are in both keep the sections apart, with a note")
  func overlapping() throws {
    let report = try Report(of: [shard([0, 1]), shard([1, 2])], bootstrap: .rough)
    #expect(report.sections.count == 2)
    #expect(report.sections.allSatisfy { $0.notes.contains { $0.contains("some of the same images") } })
  }

  @Test("other experiments are other sections, and no table has numbers of two")
  func others() throws {
    let other = try SyntheticResults(imageCount: 4, hasThumbnails: false, name: "deit-tiny").make()
    let report = try Report(
      of: [.init(name: "a", results: whole), .init(name: "b", results: other)], bootstrap: .rough)
    #expect(report.sections.map(\.experiment.model.name) == ["vit-tiny-patch16-224", "deit-tiny"])
    #expect(report.sections.map(\.subjectCount) == [6, 4])
    #expect(report.title == "2 models")
  }

  @Test("what is missing, what failed and how few there are is said")
  func notes() throws {
    var some = whole
    some.images = Array(some.images.prefix(3))
    some.images[1] = ImageResult(position: 1, identifier: "x", label: nil, failure: "broken")
    let notes = try #require(
      try Report(of: [.init(name: "a", results: some)], bootstrap: .rough).sections.first
    ).notes
    #expect(notes.count == 3)
    #expect(notes[0].contains("3 images without a result"))
    #expect(notes[1].contains("1 image could not be evaluated"))
    #expect(notes[2].contains("With 2 images"))
  }

  @Test("one image has numbers without intervals, and the report says so")
  func oneImage() throws {
    let report = try Report(of: [shard([0])], bootstrap: .rough)
    let section = try #require(report.sections.first)
    #expect(section.tables.allSatisfy { $0.rows.allSatisfy { $0.estimate?.interval == nil } })
    #expect(section.notes.contains { $0.contains("one image only") })
    for format in ReportFormat.allCases { #expect(try !report.text(as: format).contains("nan")) }
  }

  @Test("nothing to report is an error that says why")
  func empty() {
    var none = whole
    none.images = []
    #expect(throws: ReportError.noResults(source: "a", failure: nil)) {
      try Report(of: [.init(name: "a", results: none)], bootstrap: .rough)
    }
    none.images = [ImageResult(position: 0, identifier: "x", label: nil, failure: "it is broken")]
    #expect(throws: ReportError.noResults(source: "a", failure: "it is broken")) {
      try Report(of: [.init(name: "a", results: none)], bootstrap: .rough)
    }
  }

  @Test("results that contradict themselves are refused by image")
  func inconsistent() {
    func error(_ change: (inout SubjectResult) -> Void) -> String {
      var results = whole
      change(&results.images[2].subjects[0])
      do {
        _ = try Report(of: [.init(name: "a", results: results)], bootstrap: .rough)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(error { $0.maps.removeLast() }.contains("7 maps of 8 explainers"))
    #expect(error { $0.maps[1].scores.removeLast() }.contains("63 scores"))
    #expect(error { $0.maps[1].scores[5] = .nan }.contains("not finite"))
    #expect(error { $0.maps[1].values.removeLast() }.contains("5 values of 6 metrics"))
    #expect(error { $0.maps.removeLast() }.contains("'validation/2.png'"))
  }

  @Test("a value that is not finite counts as none")
  func notFinite() throws {
    var results = whole
    results.images[0].subjects[0].maps[1].values[0] = MetricValue(.nan)
    let section = try #require(
      try Report(of: [.init(name: "a", results: results)], bootstrap: .rough).sections.first)
    #expect(section.tables[0].rows[1].estimate?.count == 5)
  }
}
