/// A text filled with spaces to a width.
package func padded(_ text: String, to width: Int, alignsRight: Bool = false) -> String {
  let space = String(repeating: " ", count: max(width - text.count, 0))
  return alignsRight ? space + text : text + space
}

/// A text broken between words into lines of a limited width in characters; longer words stay whole.
package func wrapped(_ text: String, to width: Int) -> String {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] += " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines.joined(separator: "\n")
}

/// The lines of a table: each column is as wide as its widest cell, and two spaces separate columns.
///
/// A row's last cell is not filled, unless its column is aligned to the right.
package func tableLines(_ rows: [[String]], indent: String = "", rightAligned: Set<Int> = []) -> [String] {
  let columns = rows.map(\.count).max() ?? 0
  var widths = [Int](repeating: 0, count: columns)
  for row in rows {
    for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
  }
  return rows.map { row in
    var line = indent
    for (column, cell) in row.enumerated() {
      let alignsRight = rightAligned.contains(column)
      if column > 0 { line += "  " }
      let isLast = column == row.count - 1
      line += isLast && !alignsRight ? cell : padded(cell, to: widths[column], alignsRight: alignsRight)
    }
    return line
  }
}

/// A table as one text, in which every line is ended.
package func table(_ rows: [[String]], indent: String = "", rightAligned: Set<Int> = []) -> String {
  tableLines(rows, indent: indent, rightAligned: rightAligned).map { $0 + "\n" }.joined()
}

/// Rows as comma-separated values (RFC 4180): a field with a comma, quote or line break is quoted.
package func commaSeparated(_ rows: [[String]], lineEnd: String = "\r\n") -> String {
  rows.map { $0.map(field).joined(separator: ",") + lineEnd }.joined()
}

private func field(_ text: String) -> String {
  // A spreadsheet would run a formula that a name begins with; an apostrophe in front says that it is a text.
  let first = text.unicodeScalars.first
  let isFormula = first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false && Double(text) == nil
  let text = isFormula ? "'" + text : text
  // By scalar: as characters, a carriage return and a line feed together are neither of the two.
  let special = ",\"\r\n".unicodeScalars
  guard text.unicodeScalars.contains(where: special.contains) else { return text }
  return "\"\(text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined())\""
}

/// Whether a text is small letters, digits and single hyphens, a letter first: what ids and names of places are.
package func isKebabCase(_ text: String) -> Bool {
  let characters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
  return text.first?.isLetter == true && text.allSatisfy(characters.contains) && !text.hasSuffix("-")
    && !text.contains("--")
}
