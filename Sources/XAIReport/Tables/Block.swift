/// A part of a report in plain text, before it is decided how it is written down.
enum Block {
  case heading(String, level: Int)
  case paragraph(String)
  case facts([(name: String, value: String)])
  case table(TextTable)
  case verbatim(String)
}

/// A table of texts.
struct TextTable {
  /// What it is about, in one line.
  var caption: String
  /// What its numbers depend on, a line each.
  var remarks: [String] = []
  /// The first column is text, all others are numbers.
  var header: [String]
  var rows: [[String]]
}

/// A text without control characters, which would move a terminal's cursor or break a table: names come from files.
func plain(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: scalar
        }
      }))
}
