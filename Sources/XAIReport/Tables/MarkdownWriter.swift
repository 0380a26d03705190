/// Writes blocks as Markdown with tables as GitHub has them.
struct MarkdownWriter {
  func text(_ blocks: [Block]) -> String { blocks.map(text).joined(separator: "\n") }

  private func text(_ block: Block) -> String {
    switch block {
    case .heading(let title, let level): return "\(String(repeating: "#", count: level)) \(escaped(title))\n"
    case .paragraph(let text): return escaped(text) + "\n"
    case .facts(let facts):
      return "| | |\n|---|---|\n" + facts.map { "| \(escaped($0.name)) | \(escaped($0.value)) |\n" }.joined()
    case .table(let table): return text(table)
    case .verbatim(let text):
      // Indented code needs no fence that the text could close.
      return text.split(separator: "\n", omittingEmptySubsequences: false).map {
        "    \(plain(String($0)))\n"
      }.joined()
    }
  }

  private func text(_ table: TextTable) -> String {
    let numbers = table.numericColumns
    let rule = table.header.indices.map { numbers.contains($0) ? "---:" : "---" }
    let rows = [table.header.map(escaped), rule] + table.rows.map { $0.map(escaped) }
    return "**\(escaped(table.caption))**" + table.remarks.map { "; \(escaped($0))" }.joined() + "\n\n"
      + rows.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  private static let markup = Set("\\`*_{}[]<>#|~&!".unicodeScalars)

  /// A text in which nothing is markup.
  private func escaped(_ text: String) -> String {
    // By scalar: with an accent behind it, a sign is another character and the same markup.
    plain(text).unicodeScalars.map { Self.markup.contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
