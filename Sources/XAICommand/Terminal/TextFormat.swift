import XAICore
import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A number with its power of ten and three digits: `1.23e-05`.
func scientific(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : String(value) }
  var (mantissa, exponent) = (value.magnitude, 0)
  while mantissa >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
  while mantissa < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  let digits = String(exponent.magnitude)
  return (value < 0 ? "-" : "") + decimal(mantissa, places: 2) + (exponent < 0 ? "e-" : "e+")
    + (digits.count < 2 ? "0" : "") + digits
}

/// A probability as people read it: `97.3 %`.
func percent(_ probability: Float) -> String { "\(decimal(Double(probability) * 100, places: 1)) %" }

/// Seconds as people read them: `42 s`, `3:07 min`, `1:02:30 h`.
func duration(_ seconds: Double) -> String {
  let whole = Int(min(seconds, 1e9).rounded(.up))
  func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60):\(two(whole % 60)) min" }
  return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60)) h"
}

/// A text filled with spaces to a width.
func padded(_ text: String, to width: Int, alignsRight: Bool = false) -> String {
  let space = String(repeating: " ", count: max(width - text.count, 0))
  return alignsRight ? space + text : text + space
}

/// A text broken between words into lines of at most so many characters; longer words stay whole.
func wrapped(_ text: String, to width: Int) -> String {
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

/// Columns of texts under one another, as wide as their widest cell; the last is not filled.
func table(_ rows: [[String]], indent: String = "", rightAligned: Set<Int> = []) -> String {
  let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    let cells = row.enumerated().map { column, cell in
      column == row.count - 1 && !rightAligned.contains(column)
        ? cell : padded(cell, to: widths[column], alignsRight: rightAligned.contains(column))
    }
    return indent + cells.joined(separator: "  ") + "\n"
  }.joined()
}

/// A value as one line of JSON, or as indented JSON, with keys in a stable order.
func json(_ value: some Encodable, isIndented: Bool = false) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
