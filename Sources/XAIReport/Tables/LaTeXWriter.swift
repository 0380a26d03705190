/// Writes blocks as a LaTeX fragment with tables of the package booktabs.
struct LaTeXWriter {
  func text(_ blocks: [Block]) -> String {
    let body = blocks.map(text).joined(separator: "\n")
    return "% Needs \\usepackage{amssymb}, \\usepackage{booktabs} and \\usepackage[T1]{fontenc}.\n\n"
      + (body.contains("\\xaichar{") ? Self.foreignCharacter + "\n\n" : "") + body
  }

  /// What pdfTeX has no font for, such as Chinese and emoji, is its number there, and itself in XeTeX and LuaTeX.
  private static let foreignCharacter =
    "\\providecommand{\\xaichar}[2]{\\ifdefined\\Umathchar #2\\else{\\small U+#1}\\fi}"

  /// Columns of a table beside the first: more are tables of their own, since they don't fit on a page.
  private static let mostColumns = 9

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
    let others = Array(table.header.indices.dropFirst())
    let starts = Array(stride(from: 0, to: max(others.count, 1), by: Self.mostColumns))
    return starts.enumerated().map { number, start in
      let columns = table.header.indices.prefix(1) + others.dropFirst(start).prefix(Self.mostColumns)
      let remarks = table.remarks + (starts.count > 1 ? ["part \(number + 1) of \(starts.count)"] : [])
      return text(table, columns: Array(columns), numbers, remarks)
    }.joined(separator: "\n")
  }

  private func text(_ table: TextTable, columns: [Int], _ numbers: Set<Int>, _ remarks: [String]) -> String {
    func line(_ cells: [String]) -> String {
      "\(columns.map { escaped(cells[$0]) }.joined(separator: " & ")) \\\\\n"
    }
    let caption = ([table.caption] + remarks).map(escaped).joined(separator: "; ")
    return
      "\\begin{table}[htbp]\n\\centering\n\\caption{\(caption)}\n\\begin{tabular}{"
      + columns.map { numbers.contains($0) ? "r" : "l" }.joined() + "}\n\\toprule\n"
      + line(table.header) + "\\midrule\n" + table.rows.map(line).joined()
      + "\\bottomrule\n\\end{tabular}\n\\end{table}\n"
  }

  /// A text in which nothing is a command.
  private func escaped(_ text: String) -> String {
    // By scalar: with an accent behind it, a sign is another character and the same command.
    plain(text).unicodeScalars.map { scalar in
      if let replacement = Self.replacements[scalar] { return replacement }
      // What fonts of the encoding T1 have.
      if scalar.value < 0x180 { return String(scalar) }
      return "\\xaichar{\(String(scalar.value, radix: 16, uppercase: true))}{\(scalar)}"
    }.joined()
  }

  private static let replacements: [Unicode.Scalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%",
    "_": "\\_",
    "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
    "|": "\\textbar{}", "\"": "\\textquotedbl{}", "↑": "$\\uparrow$", "↓": "$\\downarrow$", "−": "$-$",
    "–": "--", "·": "$\\cdot$",
    "×": "$\\times$", "▲": "$\\blacktriangle$", "▼": "$\\blacktriangledown$", "◆": "$\\blacklozenge$",
    "○": "$\\circ$",
    "≤": "$\\leq$", "≥": "$\\geq$", "≈": "$\\approx$", "→": "$\\rightarrow$", "←": "$\\leftarrow$",
    "√": "$\\surd$",
    "⊙": "$\\odot$", "∂": "$\\partial$", "‖": "$\\Vert$", "Δ": "$\\Delta$", "Σ": "$\\Sigma$", "β": "$\\beta$",
    "γ": "$\\gamma$", "δ": "$\\delta$", "ε": "$\\varepsilon$", "π": "$\\pi$", "ρ": "$\\rho$",
    "σ": "$\\sigma$",
    "φ": "$\\varphi$", "χ": "$\\chi$", "²": "\\textsuperscript{2}", "‘": "`", "α": "$\\alpha$", "“": "``",
    "”": "''", "’": "'", "[": "{[}", "]": "{]}",
    "…": "\\ldots{}",
  ]
}
