import Foundation
import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

/// Tables of metrics that say yes or no, and comparisons in all formats.
@Suite struct ShareTests {
  /// Sixty images on which the first explainer never hits and the second does on a quarter.
  private var small: SmallResults {
    SmallResults(values: (0..<60).map { image in [[0], [image % 4 == 0 ? 100 : 0]] })
  }

  @Test("a share without hits has an interval with a width, which is Wilson's")
  func wilson() throws {
    let table = try small.section().tables[0]
    #expect(table.isShare)
    let none = try #require(table.rows[0].estimate)
    #expect(none.mean == 0 && none.interval?.low == 0)
    // statsmodels: 0 of 60 is within 0 and 0.060172, 15 of 60 within 0.157765 and 0.372321.
    #expect(abs(try #require(none.interval).high - 6.01719) < 1e-4)
    let quarter = try #require(table.rows[1].estimate?.interval)
    #expect(abs(quarter.low - 15.7765) < 1e-3 && abs(quarter.high - 37.2321) < 1e-3, "\(quarter)")
    #expect(try small.section().tableLegend.contains("Wilson's"))
  }

  @Test("one value that is neither end makes it a mean like others")
  func mean() throws {
    var small = small
    small.values[3] = [[0], [50]]
    let section = try small.section()
    #expect(!section.tables[0].isShare)
    #expect(section.tables[0].rows[0].estimate?.interval == ConfidenceInterval(low: 0, high: 0))
    #expect(!section.tableLegend.contains("Wilson's"))
  }

  @Test("every format has p-values, pairs, mean ranks and the images that a difference takes")
  func formats() throws {
    let report = try Report(of: [.init(name: "s", results: small.results)], bootstrap: .rough)
    for format in [ReportFormat.terminal, .markdown, .html] {
      let text = try report.text(as: format)
      #expect(text.lowercased().contains("comparisons"), "\(format)")
      #expect(text.contains("ritical difference"), "\(format)")
      #expect(text.lowercased().contains("images to part"), "\(format)")
    }
    let rows = try report.text(as: .csv).components(separatedBy: "\r\n")
    let header = rows[0].components(separatedBy: ",")
    let second = rows[2].components(separatedBy: ",")
    let fields = Dictionary(uniqueKeysWithValues: zip(header, second))
    let pair = try #require(report.sections[0].tables[0].rows[1].comparison)
    #expect(fields["images_to_part"] == pair.imageCount(toFind: 1).map(String.init))
    #expect(Double(fields["mean_rank"] ?? "") == 1.375)
    #expect(Double(fields["difference_p"] ?? "") == Double(fields["difference_p_holm"] ?? ""))
    let json = try report.text(as: .json)
    #expect(json.contains("\"criticalDifference\"") && json.contains("\"adjustedP\""))
  }
}
