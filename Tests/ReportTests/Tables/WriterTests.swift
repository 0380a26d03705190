import Foundation
import Testing
import XAICore
import XAIEvaluation
import XAIFoundation

@testable import XAIReport

@Suite struct WriterTests {
  private let report: Report
  private let results: EvaluationResults

  private static let results = Result {
    var results = try SyntheticResults(imageCount: 10, hasThumbnails: false).make()
    results.images[4].identifier = Hostile.name
    results.experiment.model.labels[0] = Hostile.name
    results.images[2] = ImageResult(
      position: 2, identifier: Hostile.name, label: 1, failure: "bad | \u{1B}[2J")
    return results
  }

  init() throws {
    results = try Self.results.get()
    report = try Report(of: [.init(name: "results.sqlite", results: results)], bootstrap: .rough)
  }

  @Test("the same bytes each time", arguments: ReportFormat.allCases)
  func determinism(format: ReportFormat) throws {
    let again = try Report(of: [.init(name: "results.sqlite", results: results)], bootstrap: .rough)
    #expect(try report.text(as: format) == again.text(as: format))
  }

  @Test("no control characters of names come through", arguments: ReportFormat.allCases)
  func control(format: ReportFormat) throws {
    let text = try report.text(as: format)
    #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\r" || $0 == "\u{7F}" })
  }

  @Test(
    "tables for people have n, mean, interval, difference, rank, direction and protocol with its hash",
    arguments: [ReportFormat.terminal, .markdown, .latex, .html])
  func everyTable(format: ReportFormat) throws {
    let text = try report.text(as: format)
    let section = try #require(report.sections.first)
    for table in section.tables {
      let style = NumberStyle(table.metric)
      #expect(text.contains(table.metric.protocolHash))
      for row in table.rows {
        let estimate = try #require(row.estimate)
        #expect(
          text.contains(
            format == .latex
              ? style.text(estimate.mean).replacingOccurrences(of: "−", with: "$-$")
              : style.text(estimate.mean)))
      }
    }
    for fact in [
      results.experiment.model.hash, results.experiment.data.hash, "seed 1", "predicted", "rise-fast",
    ] {
      #expect(text.contains(fact), "\(fact)")
    }
  }

  @Test("CSV is one row an explainer and metric, with every number of the table")
  func csv() throws {
    let lines = try report.text(as: .csv).components(separatedBy: "\r\n").dropLast()
    let section = try #require(report.sections.first)
    let header = try #require(lines.first).components(separatedBy: ",")
    #expect(header == CSVWriter.header)
    #expect(lines.count == 1 + 8 * 6)
    for (index, line) in lines.dropFirst().enumerated() {
      let fields = Dictionary(uniqueKeysWithValues: zip(header, line.components(separatedBy: ",")))
      let (table, explainer) = (section.tables[index / 8], index % 8)
      let row = table.rows[explainer]
      #expect(fields["metric"] == table.metric.specification)
      #expect(fields["explainer"] == results.experiment.explainers[explainer].specification)
      #expect(fields["protocol_hash"] == table.metric.protocolHash)
      #expect(fields["rank"] == row.rank.map(String.init) ?? "")
      for (name, value) in [
        ("mean", row.estimate?.mean), ("low", row.estimate?.interval?.low),
        ("difference", row.difference?.mean),
        ("difference_high", row.difference?.interval?.high),
      ] {
        let written = try #require(fields[name])
        guard let value else {
          #expect(written.isEmpty)
          continue
        }
        #expect(abs(try #require(Double(written)) - value) <= 5e-7, "\(name)")
      }
    }
  }

  @Test("what was assumed, and that images were turned, is in every format")
  func notes() throws {
    var results = results
    results.experiment.model.notes = ["no preprocessor_config.json is there, so mean 0.5 is assumed"]
    results.experiment.data.turned = ["a.jpg", "b.jpg"]
    results.experiment.explainers[0].scoreMeaning = .relative
    let report = try Report(of: [.init(name: "s", results: results)], bootstrap: .rough)
    // Publications have no notes.
    for format in ReportFormat.allCases where format != .bibtex {
      let text = try report.text(as: format)
        .replacingOccurrences(of: "\n% ", with: " ")
      #expect(text.contains("mean 0.5 is assumed"), "\(format)")
      #expect(text.contains("2 images of the sample were turned upright"), "\(format)")
    }
    let csv = try report.text(as: .csv)
    let row = try #require(csv.components(separatedBy: "\r\n").dropFirst().first)
    #expect(row.contains(",relative,\"The model: no preprocessor_config.json is there"), "\(row)")
  }

  @Test("fields with commas and quotes are quoted as RFC 4180 has it")
  func csvQuoting() throws {
    var results = results
    results.experiment.model.name = "a,\"b\""
    let text = try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).text(as: .csv)
    #expect(text.contains("\r\n1,\"a,\"\"b\"\"\",41c92d58be07a3f6,"))
  }

  @Test("JSON has every number at full precision")
  func json() throws {
    let text = try report.text(as: .json)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let section = try #require((object["sections"] as? [[String: Any]])?.first)
    let tables = try #require(section["metrics"] as? [[String: Any]])
    let rows = try #require(tables.last?["rows"] as? [[String: Any]])
    let estimate = try #require(rows.last?["estimate"] as? [String: Any])
    let expected = try #require(report.sections.first?.tables.last?.rows.last?.estimate)
    #expect(abs(try #require(estimate["mean"] as? Double) - expected.mean) < 1e-12)
    #expect((section["agreement"] as? [Any])?.count == 28)
    #expect((section["heads"] as? [Any])?.count == 2)
    #expect((section["curves"] as? [Any])?.count == 2)
  }

  @Test("in Markdown no name can be markup or end a cell")
  func markdown() throws {
    let text = try report.text(as: .markdown)
    #expect(text.contains(#"\<script\>"#))
    #expect(!text.replacingOccurrences(of: "\\<", with: "").contains("<script"))
    let tables = text.components(separatedBy: "\n\n").filter { $0.hasPrefix("|") }
    #expect(tables.count > 8)
    for table in tables {
      let widths = table.split(separator: "\n").map {
        $0.replacingOccurrences(of: "\\|", with: "").count { $0 == "|" }
      }
      #expect(Set(widths).count == 1, "\(table)")
    }
  }

  @Test(
    "a sign with an accent behind it is markup all the same, and what has no font in pdfTeX is its number")
  func scalars() throws {
    var results = results
    results.experiment.model.name = "a,\u{301}b|\u{301}c$\u{301}d 鳥😀"
    let report = try Report(of: [.init(name: "s", results: results)], bootstrap: .rough)
    #expect(try report.text(as: .csv).contains("\r\n1,\"a,\u{301}b"))
    let markdown = try report.text(as: .markdown)
    #expect(String(markdown.unicodeScalars.filter { $0.isASCII }).contains("b\\|c$d"))
    let latex = try report.text(as: .latex).components(separatedBy: "\\caption")[1]
    #expect(latex.contains("\\$\\xaichar{301}{\u{301}}d \\xaichar{9CE5}{鳥}\\xaichar{1F600}{😀}"))
    #expect(try report.text(as: .latex).contains("\\providecommand{\\xaichar}"))
    #expect(try !self.report.text(as: .latex).contains("xaichar{9CE5}"))
  }

  @Test("a name that a spreadsheet would take for a formula is a text, and numbers stay numbers")
  func formulas() throws {
    var results = results
    results.experiment.model.name = "=HYPERLINK(\"http://a\")"
    let text = try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).text(as: .csv)
    #expect(text.contains("\r\n1,\"'=HYPERLINK(\"\"http://a\"\")\","))
    #expect(text.contains(",-") && !text.contains("'-"))
  }

  @Test("columns of the terminal stand under one another")
  func terminal() throws {
    let text = try report.text(as: .terminal)
    let lines = text.components(separatedBy: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("Average Drop ↓ (%)") })
    let ends = lines[(start + 1)...(start + 9)].map { $0.count }
    #expect(Set(ends).count == 1, "ranks end in one column: \(ends)")
  }
}

/// What a file may be called.
enum Hostile {
  static let name = "<script>alert(1)</script> \"'|50%_&#$\\{\u{1B}[31m\u{0}.png"
}

@Suite struct NumberTests {
  @Test("decimals are rounded, and no zero is negative")
  func decimals() {
    #expect(decimal(1.005, places: 1) == "1.0")
    #expect(decimal(-0.004, places: 2) == "0.00")
    #expect(decimal(-0.006, places: 2) == "-0.01")
    #expect(decimal(99.999, places: 2) == "100.00")
    #expect(decimal(0.5, places: 0) == "1")
    #expect(NumberStyle(places: 2).signed(0.001) == "0.00")
    #expect(NumberStyle(places: 2).signed(-3) == "−3.00")
    #expect(NumberStyle(places: 2).signed(3) == "+3.00")
    #expect(grouped(1_234_567) == "1,234,567" && grouped(12) == "12")
    #expect(counted(1, "image") == "1 image" && counted(2, "patch", plural: "patches") == "2 patches")
  }
}
