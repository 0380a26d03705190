/// Rows as comma-separated values (RFC 4180): a field with a comma, quote or line break is quoted.
package func commaSeparated(_ rows: [[String]], lineEnd: String = "\r\n") -> String {
  rows.map { $0.map(field).joined(separator: ",") + lineEnd }.joined()
}

private func field(_ text: String) -> String {
  // By scalar: as characters, a carriage return and a line feed together are neither of the two.
  let special = ",\"\r\n".unicodeScalars
  guard text.unicodeScalars.contains(where: special.contains) else { return text }
  return "\"\(text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined())\""
}
