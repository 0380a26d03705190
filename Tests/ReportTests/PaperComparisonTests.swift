import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

@Suite struct PaperComparisonTests {
  private func comparison(_ explainers: [String], _ metrics: [String]) throws -> PaperComparison? {
    var small = SmallResults(values: [
      Array(repeating: Array(repeating: 1, count: metrics.count), count: explainers.count)
    ])
    small.explainers = explainers
    small.metrics = metrics.map { ($0, .higher) }
    return try small.section().paper
  }

  @Test("methods and metrics of the paper stand beside ours, GMAR by its norm")
  func rows() throws {
    let paper = try #require(
      try comparison(
        ["gmar:norm=l2", "random", "gmar", "grad-cam", "gmar:preset=paper,norm=l2"],
        ["sparsity", "deletion:preset=rise", "average-drop"].map { String($0.prefix { $0 != ":" }) }))
    #expect(paper.metrics.map(\.descriptor.id) == ["average-drop", "deletion"])
    #expect(paper.rows.map(\.method) == ["Grad-CAM", "GMAR (L1)", "GMAR (L2)", "GMAR (L2)"])
    #expect(paper.rows.map(\.explainer) == [3, 2, 0, 4])
    #expect(
      paper.rows.map(\.published) == [[22.61, 10.09], [23.93, 10.62], [22.13, 10.64], [22.13, 10.64]])
    #expect(paper.rows.allSatisfy { $0.ours.allSatisfy { $0?.mean == 1 } })
  }

  @Test("nothing of the paper, nothing to compare")
  func nothing() throws {
    #expect(try comparison(["random"], ["deletion"]) == nil)
    #expect(try comparison(["gmar"], ["sparsity"]) == nil)
  }
}
