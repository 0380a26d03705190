/// A name from a file as a message shows it: in quotes, shortened, control characters escaped.
///
/// Names come from files that strangers make: printed as they are, they could fill or reprogram a terminal.
func quoted(_ name: String, limit: Int = 200) -> String {
  var shown = ""
  for (index, scalar) in name.unicodeScalars.enumerated() {
    guard index < limit else { return "'\(shown)…'" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      shown += "\\u{" + String(scalar.value, radix: 16) + "}"
    default:
      shown.unicodeScalars.append(scalar)
    }
  }
  return "'\(shown)'"
}
