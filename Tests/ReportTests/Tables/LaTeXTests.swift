import Foundation
import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

@Suite struct LaTeXTests {
  private func report(change: (inout EvaluationResults) -> Void = { _ in }) throws -> Report {
    var results = try SyntheticResults(imageCount: 10, hasThumbnails: false).make()
    change(&results)
    return try Report(of: [.init(name: "results.sqlite", results: results)], bootstrap: .rough)
  }

  @Test("there is one table of booktabs, a row an explainer and a column a metric")
  func table() throws {
    let report = try report()
    let section = report.sections[0]
    let text = try report.text(as: .latex)
    for command in ["\\begin{tabular}", "\\toprule", "\\midrule", "\\bottomrule", "\\end{tabular}"] {
      #expect(text.components(separatedBy: command).count == 2, "\(command)")
    }
    let body = text.components(separatedBy: "\\midrule\n")[1].components(separatedBy: "\\bottomrule")[0]
    let rows = body.components(separatedBy: "\\\\\n").dropLast()
    #expect(rows.count == section.explainerNames.count)
    for (explainer, row) in rows.enumerated() {
      let cells = row.components(separatedBy: " & ")
      #expect(cells.count == 1 + section.tables.count)
      for (table, cell) in zip(section.tables, cells.dropFirst()) {
        let rank = table.rows[explainer].rank
        #expect(cell.hasPrefix("\\textbf{") == (rank == 1), "\(cell)")
        #expect(cell.hasPrefix("\\underline{") == (rank == 2), "\(cell)")
        let interval = try #require(table.rows[explainer].estimate?.interval)
        let half = NumberStyle(table.metric).text((interval.high - interval.low) / 2)
        #expect(cell.hasSuffix(" {\\scriptsize$\\pm$\(half)}") || cell.hasSuffix("\(half)} "), "\(cell)")
      }
    }
    #expect(text.contains("10 maps of 10 images"))
    for table in section.tables { #expect(text.contains("\(table.metric.protocolHash)")) }
  }

  @Test("a dagger is on those whom chance could have made second, and on no others")
  func dagger() throws {
    var small = SmallResults(explainers: ["a", "b", "c"])
    let base: [Double] = [80, 82, 81, 83, 80, 84]
    let noise: [Double] = [1, -2, 1, 2, -1, 0]
    small.values = base.indices.map { [[base[$0]], [base[$0] - noise[$0]], [base[$0] / 2]] }
    let report = try Report(of: [.init(name: "s", results: small.results)], bootstrap: .rough)
    let text = try report.text(as: .latex)
    let lines = text.components(separatedBy: "\n").filter { $0.contains("scriptsize") }
    #expect(lines.map { $0.contains("dagger") } == [false, true, false])
  }

  @Test("in LaTeX names are not commands, and braces are balanced")
  func names() throws {
    let text = try report {
      $0.experiment.data.name = Hostile.name
      $0.experiment.model.name = Hostile.name
    }.text(as: .latex)
    #expect(text.contains("\\textless{}script\\textgreater{}"))
    #expect(text.contains("50\\%\\_\\&\\#\\$"))
    let body = text.components(separatedBy: "\n").filter { !$0.hasPrefix("%") }.joined(separator: "\n")
    var depth = 0
    for character in body.replacingOccurrences(of: "\\{", with: "").replacingOccurrences(of: "\\}", with: "")
    {
      depth += character == "{" ? 1 : character == "}" ? -1 : 0
      #expect(depth >= 0)
    }
    #expect(depth == 0)
  }

  @Test("every publication that is cited is in the BibTeX, once, with where it is found")
  func bibliography() throws {
    func citation(_ authors: String, _ title: String, _ identifier: String) -> Citation {
      Citation(authors: authors, title: title, venue: "V & W", year: 2020, identifier: identifier)
    }
    let given = [
      citation("Böhle, Li & Ng", "The 50% Rule", "arXiv:2001.00001"),
      citation("Böhle et al.", "50% of it", "doi:10.1/x_y"),
      citation("The authors of it", "A Library", "github.com/a/b"),
      citation("Böhle et al.", "50% of it", "doi:10.1/x_y"),
      citation("none", "none", "none"),
    ]
    let report = try report { results in
      for (index, citation) in given.enumerated() {
        let old = results.experiment.explainers[index].descriptor
        results.experiment.explainers[index].descriptor = ExplainerDescriptor(
          id: old.id, title: old.title, summary: old.summary, family: old.family, needs: old.needs,
          isClassSpecific: old.isClassSpecific, scores: old.scores, backwardPasses: old.backwardPasses,
          citation: citation)
      }
    }
    let text = try report.text(as: .bibtex)
    #expect(
      text.hasPrefix(
        """
        @misc{bohle202050,
          author        = {Böhle and Li and Ng},
          title         = {{The 50\\% Rule}},
          howpublished  = {V \\& W},
          year          = {2020},
          eprint        = {2001.00001},
          archiveprefix = {arXiv},
        }

        @misc{bohle202050b,
          author       = {Böhle and others},
          title        = {{50\\% of it}},
        """))
    #expect(text.contains("doi          = {10.1/x_y}"))
    #expect(
      text.contains("author       = {{The authors of it}}") && text.contains("{https://github.com/a/b}"))
    #expect(!text.contains("{none}") && text.ranges(of: "10.1/x_y").count == 1)
    let latex = try report.text(as: .latex)
    let keys = text.matches(of: /@misc\{([^,]+),/).map { String($0.1) }
    let cited = Set(latex.matches(of: /\\cite\{([^}]+)\}/).map { String($0.1) })
    #expect(Set(keys) == cited && keys.count == cited.count)
  }

  @Test("what made the results is in every format, and that it is not known where it is not")
  func runs() throws {
    let runs = [RunIdentity(program: "xai 9.9.9", command: "xai evaluate -m 'a b'")]
    let known = try report { $0.runs = runs }
    let unknown = try report()
    for format in ReportFormat.allCases where format != .bibtex {
      let text = try known.text(as: format).replacingOccurrences(of: "\n% ", with: " ")
        .replacingOccurrences(of: "&#39;", with: "'")
      #expect(text.contains("xai 9.9.9"), "\(format)")
      #expect(text.contains("xai evaluate -m 'a b'"), "\(format)")
      if format != .csv, format != .json {
        #expect(
          try unknown.text(as: format).replacingOccurrences(of: "\n% ", with: " ")
            .replacingOccurrences(of: "&#39;", with: "'").contains("the results don't say"), "\(format)")
      }
    }
    #expect(try unknown.text(as: .json).contains("\"runs\":[]"))
    #expect(known.sections[0].resultsHash == unknown.sections[0].resultsHash)
  }
}
