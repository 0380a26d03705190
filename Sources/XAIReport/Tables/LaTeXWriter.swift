/// Writes blocks as a LaTeX fragment with tables of the package booktabs.
struct LaTeXWriter {
  func text(_ blocks: [Block]) -> String {
    "% Needs \\usepackage{amssymb}, \\usepackage{booktabs} and \\usepackage[T1]{fontenc}.\n\n"
      + blocks.map(text).joined(separator: "\n")
  }

  private func text(_ block: Block) -> String {
    switch block {
    case .heading(let title, let level):
      let command = level == 1 ? "section*" : level == 2 ? "subsection*" : "subsubsection*"
      return "\\\(command){\(escaped(title))}\n"
    case .paragraph(let text): return escaped(text) + "\n"
    case .facts(let facts):
      return "\\begin{description}\n"
        + facts.map { "\\item[\(escaped($0.name))] \(escaped($0.value))\n" }.joined() + "\\end{description}\n"
    case .table(let table): return text(table)
    case .verbatim(let text):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
      return "\\begin{flushleft}\\ttfamily\\small\n\(lines.joined(separator: "\\\\\n"))\n\\end{flushleft}\n"
    }
  }

  private func text(_ table: TextTable) -> String {
    let numbers = table.numericColumns
    let columns = table.header.indices.map { numbers.contains($0) ? "r" : "l" }.joined()
    func line(_ cells: [String]) -> String { "\(cells.map(escaped).joined(separator: " & ")) \\\\\n" }
    let caption = ([table.caption] + table.remarks).map(escaped).joined(separator: "; ")
    return
      "\\begin{table}[htbp]\n\\centering\n\\caption{\(caption)}\n\\begin{tabular}{\(columns)}\n\\toprule\n"
      + line(table.header) + "\\midrule\n" + table.rows.map(line).joined()
      + "\\bottomrule\n\\end{tabular}\n\\end{table}\n"
  }

  /// A text in which nothing is a command.
  private func escaped(_ text: String) -> String {
    plain(text).map { Self.replacements[$0] ?? String($0) }.joined()
  }

  private static let replacements: [Character: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%",
    "_": "\\_",
    "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
    "|": "\\textbar{}", "\"": "\\textquotedbl{}", "↑": "$\\uparrow$", "↓": "$\\downarrow$", "−": "$-$",
    "–": "--", "·": "$\\cdot$",
    "×": "$\\times$", "▲": "$\\blacktriangle$", "▼": "$\\blacktriangledown$", "◆": "$\\blacklozenge$",
    "○": "$\\circ$",
    "α": "$\\alpha$", "χ": "$\\chi$", "²": "\\textsuperscript{2}", "“": "``", "”": "''", "’": "'", "[": "{[}",
    "]": "{]}", "…": "\\ldots{}",
  ]
}
