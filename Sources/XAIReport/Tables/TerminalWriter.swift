import XAIFoundation

/// Writes blocks as text for a terminal or a log.
struct TerminalWriter {
  func text(_ blocks: [Block]) -> String { blocks.map(text).joined(separator: "\n") }

  private func text(_ block: Block) -> String {
    switch block {
    case .heading(let title, let level):
      let title = plain(title)
      return level == 1
        ? "\(title)\n\(String(repeating: "=", count: title.count))\n" : "\(title.uppercased())\n"
    case .paragraph(let text): return wrapped(plain(text), to: 100) + "\n"
    case .facts(let facts):
      let width = facts.map(\.name.count).max() ?? 0
      return facts.map { "\(padded($0.name, to: width))  \(plain($0.value))\n" }.joined()
    case .table(let table): return text(table)
    case .verbatim(let text):
      return text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \(plain(String($0)))\n" }
        .joined()
    }
  }

  private func text(_ table: TextTable) -> String {
    let rows = ([table.header] + table.rows).map { $0.map(plain) }
    let lines = tableLines(rows, indent: "  ", rightAligned: table.numericColumns).map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }
    return ([plain(table.caption)] + table.remarks.map(plain)).joined(separator: "; ") + "\n" + lines.joined()
  }
}

extension TextTable {
  /// The columns in which something is a number: they stand to the right.
  var numericColumns: Set<Int> {
    Set(
      header.indices.dropFirst().filter { column in
        rows.contains { row in row[column].first.map { $0.isNumber || "+−[–·".contains($0) } ?? false }
      })
  }
}
