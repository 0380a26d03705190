import XAICore
import XAIEvaluation
import XAIFoundation

/// Writes a report as papers print it: for each experiment a table of explainers by metrics, and a paragraph for the methods.
struct LaTeXWriter {
  private let report: Report
  private let bibliography: Bibliography

  init(_ report: Report) {
    self.report = report
    bibliography = Bibliography(report.sections)
  }

  /// The fragment, to be read by a paper's own file.
  var text: String {
    let sections = report.sections.enumerated().map { index, section in
      [comments(section), Self.table(section, number: index + 1), methods(section)].joined(separator: "\n")
    }
    let body = sections.joined(separator: "\n")
    return LaTeX.comment(
      "Needs \\usepackage{booktabs}, \\usepackage{graphicx} and \\usepackage[T1]{fontenc}.")
      + LaTeX.comment("The entries that \\cite names are those of the same report in the format bibtex.")
      + "\n"
      + (body.contains("\\xaichar{") ? LaTeX.foreignCharacter + "\n" : "") + body
  }

  /// What authors should know and readers of the paper don't see.
  private func comments(_ section: ReportSection) -> String {
    (["\(report.title): \(section.heading)"] + section.summary + section.notes.map { "Note: \($0)" }
      + ["Program: \(section.programText)", "Command: \(section.commandText)"]).map(LaTeX.comment).joined()
  }

  private func methods(_ section: ReportSection) -> String {
    section.citedMethods.map { part in
      switch part {
      case .text(let text): LaTeX.escaped(text)
      case .citation(let citation): bibliography.key(of: citation).map { "~\\cite{\($0)}" } ?? ""
      }
    }.joined() + "\n"
  }
}

// MARK: - The table

extension LaTeXWriter {
  /// The table of an experiment; empty without metrics.
  static func table(_ section: ReportSection, number: Int) -> String {
    let tables = section.tables
    guard !tables.isEmpty else { return "" }
    let heads = tables.map { table in
      let metric = table.metric
      let unit = metric.descriptor.unit
      let arrow = metric.descriptor.direction == .neither ? "" : " \(metric.arrow)"
      return LaTeX.escaped(metric.name + arrow + (unit.isEmpty ? "" : " (\(unit))"))
    }
    let rows = section.explainerNames.enumerated().map { explainer, name in
      line([LaTeX.escaped(name)] + tables.map { cell($0, explainer) })
    }
    // The head wraps; what is still wider than a line is made smaller.
    return """
      \\begin{table}[t]
      \\centering
      \\caption{\(LaTeX.escaped(caption(section)))}
      \\label{tab:xai-\(number)}
      \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%
      \\begin{tabular}{l\(String(repeating: "r", count: tables.count))}
      \\toprule
      \(line(["Explainer"] + heads))\\midrule
      \(rows.joined())\\bottomrule
      \\end{tabular}}
      \\end{table}

      """
  }

  private static func line(_ cells: [String]) -> String { "\(cells.joined(separator: " & ")) \\\\\n" }

  /// A mean with half its interval: the best bold, the second underlined, and a dagger on those not told apart from the best.
  private static func cell(_ table: MetricTable, _ explainer: Int) -> String {
    let row = table.rows[explainer]
    guard let estimate = row.estimate else { return "--" }
    let style = NumberStyle(table.metric)
    let mean = LaTeX.escaped(style.text(estimate.mean))
    let marked =
      switch row.rank {
      case 1: "\\textbf{\(mean)}"
      case 2: "\\underline{\(mean)}"
      default: mean
      }
    let isClose = table.isNotPartedFromBest(explainer)
    let half = estimate.interval.map { style.text(($0.high - $0.low) / 2) }
    return marked + (isClose ? "$^{\\dagger}$" : "") + (half.map { " {\\scriptsize$\\pm$\($0)}" } ?? "")
  }

  private static func caption(_ section: ReportSection) -> String {
    let (experiment, tables) = (section.experiment, section.tables)
    var parts = [
      "\(experiment.model.name) on \(experiment.data.name), split \(experiment.data.split): means over "
        + "\(counted(section.subjectCount, "map")) of \(counted(section.images.count, "image")) ± half the 95 % interval "
        + "(bootstrap over images\(tables.contains(where: \.isShare) ? "; Wilson's for shares" : ""))"
    ]
    if tables.contains(where: { $0.metric.descriptor.direction != .neither }) {
      parts.append(
        "Bold: the best mean; underlined: the second; †: not told apart from the best (paired t-test over images, Holm's "
          + "correction over all pairs, p < 0.05); ↑ higher is better, ↓ lower is better")
    }
    let fewer = tables.compactMap { table -> String? in
      let counts = table.rows.compactMap(\.estimate?.count)
      guard let least = counts.min(), let most = counts.max(), least < section.subjectCount else {
        return nil
      }
      return "\(table.metric.name) n = "
        + (least == most ? grouped(least) : "\(grouped(least)) to \(grouped(most))")
    }
    if !fewer.isEmpty { parts.append("Fewer values: \(fewer.joined(separator: ", "))") }
    parts.append(
      "Protocols: " + tables.map { "\($0.metric.name) \($0.metric.protocolLabel)" }.joined(separator: "; "))
    return parts.joined(separator: ". ") + "."
  }
}

extension MetricTable {
  /// Whether an explainer is not the best, and chance could have made it the second.
  fileprivate func isNotPartedFromBest(_ explainer: Int) -> Bool {
    guard let rank = rows[explainer].rank, rank > 1 else { return false }
    return rows.indices.contains { rows[$0].rank == 1 && !isParted($0, from: explainer) }
  }
}
