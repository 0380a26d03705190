import Foundation
import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

/// Maps of signed scores on the page: symmetric about zero, transparent as they are small, with a colour bar of their own.
@Suite struct SignedMapTests {
  /// Results in which one explainer is signed, with scores of the first map that are known.
  private static func page(signed: [String], as meaning: ScoreMeaning = .signed) throws -> String {
    var results = try SyntheticResults(imageCount: 4).make()
    let side = results.experiment.model.grid.rows
    for (index, explainer) in results.experiment.explainers.enumerated()
    where signed.contains(explainer.specification) {
      results.experiment.explainers[index].scoreMeaning = meaning
      var scores = [Float](repeating: 0, count: side * side)
      (scores[0], scores[1], scores[2]) = (-2, 1, 2)
      for image in results.images.indices {
        results.images[image].subjects[0].maps[index].scores = scores
      }
    }
    return try Report(of: [.init(name: "results.sqlite", results: results)], bootstrap: .rough).text(
      as: .html)
  }

  @Test("a colour bar says which explainers are signed and which are not")
  func legend() throws {
    let (both, none) = (try Self.page(signed: ["gmar"]), try Self.page(signed: []))
    #expect(both.contains("class=\"ramp signed\"") && both.contains("class=\"ramp unsigned\""))
    #expect(both.contains("<span>against</span><span>0</span><span>for</span>"))
    #expect(!none.contains("class=\"ramp signed\"") && none.contains("class=\"ramp unsigned\""))
    #expect(none.contains("Magnitudes, from the lowest") && !none.contains("Relative scores"))
  }

  @Test(
    "relative scores are drawn as magnitudes are, from the lowest to the highest, and called what they are")
  func relative() throws {
    let map = MapResult(scores: [-1, 3, 4, 5], diagnostics: Diagnostics(), values: [])
    let (relative, magnitude) = (
      try MapImage(map, meaning: .relative, rows: 2, columns: 2),
      try MapImage(map, meaning: .magnitude, rows: 2, columns: 2)
    )
    #expect(relative.uri == magnitude.uri && !relative.isSigned)
    let page = try Self.page(signed: ["gmar"], as: .relative)
    #expect(
      page.contains("Relative scores, whose 0 means nothing") && !page.contains("class=\"ramp signed\""))
  }

  @Test("a flat map is all transparent where scores are signed, and all the lowest colour where not")
  func flat() throws {
    let map = MapResult(scores: [3, 3, 3, 3], diagnostics: Diagnostics(), values: [])
    let (signed, magnitude) = (
      try MapImage(map, meaning: .signed, rows: 2, columns: 2),
      try MapImage(map, meaning: .magnitude, rows: 2, columns: 2)
    )
    let zeros = MapResult(scores: [0, 0, 0, 0], diagnostics: Diagnostics(), values: [])
    #expect(try signed.uri == MapImage(zeros, meaning: .signed, rows: 2, columns: 2).uri)
    #expect(try magnitude.uri == MapImage(zeros, meaning: .magnitude, rows: 2, columns: 2).uri)
    #expect(signed.isSigned && !magnitude.isSigned)
  }

  @Test(
    "the browser sees the colours and strengths of the formulas",
    .enabled(if: Browser.executable != nil, "needs Chromium on the PATH"))
  func colours() throws {
    let visit = try Browser.visit(
      Self.page(signed: ["gmar"]), width: 1200,
      hook: """
        const image = document.querySelector("img.signed"), canvas = document.createElement("canvas");
        image.loading = "eager";
        await image.decode();
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.drawImage(image, 0, 0);
        const at = x => Array.from(context.getImageData(x, 0, 1, 1).data).join();
        return { lowest: at(0), half: at(1), highest: at(2), zero: at(3),
          opacity: getComputedStyle(image).opacity,
          ramp: getComputedStyle(document.querySelector(".ramp.signed")).backgroundImage };
        """)
    #expect(visit.complaints.isEmpty)
    func samples(_ key: String) -> [Int] {
      (visit.answers[key] ?? "").split(separator: ",").compactMap { Int($0) }
    }
    // The ends of matplotlib's coolwarm.
    #expect(samples("lowest") == [58, 76, 192, 255])
    #expect(samples("highest") == [179, 3, 38, 255])
    #expect(samples("zero").last == 0)
    #expect(samples("half").last == 128)
    #expect(Double(visit.answers["opacity"] ?? "").map { $0 > 0.9 } == true)
    #expect(visit.answers["ramp"]?.contains("linear-gradient") == true)
  }
}
