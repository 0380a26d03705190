import XAICore
import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where results go, and nothing else.
enum StandardOutput {
  /// Writes a text at once, unbuffered, so that a reader has whole lines and an error is known when it happens.
  ///
  /// What names hold that can't be printed is escaped.
  static func write(_ text: String) throws(Failure) {
    guard writeAll(FileName.printable(text), to: STDOUT_FILENO) else {
      if errno == EPIPE { throw Failure(.outputClosed, "") }
      throw Failure(.cantWrite, "standard output: writing failed: \(systemReason())")
    }
  }
}

/// Where messages and progress go.
enum StandardError {
  /// Whether a person watches.
  static let isTerminal = isatty(STDERR_FILENO) == 1

  /// Writes a text; there is nowhere to report that this fails.
  ///
  /// What names hold that can't be printed is escaped.
  static func write(_ text: String) { _ = writeAll(FileName.printable(text), to: STDERR_FILENO) }

  /// Shows a text in place of the last line of the terminal, cut to its width; nothing takes the line away.
  static func replaceLine(with text: String) {
    let line = cut(FileName.printable(text), toColumns: columns - 1)
    _ = writeAll("\r\u{1B}[K" + line, to: STDERR_FILENO)
  }

  /// Columns of the terminal, or what COLUMNS says, or 80.
  private static var columns: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 { return Int(size.ws_col) }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 1 ? $0 : nil }
      ?? 80
  }
}

/// The start of a text that fits in some columns of a terminal, where East Asian characters and emoji take two.
func cut(_ text: String, toColumns columns: Int) -> String {
  var (start, width) = ("", 0)
  for character in text {
    width += character.unicodeScalars.contains(where: isWide) ? 2 : 1
    guard width <= columns else { break }
    start.append(character)
  }
  return start
}

/// Whether a scalar takes two columns: the ranges of wide characters in Unicode's East Asian Width (UAX 11).
private func isWide(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
    0x20000...0x3FFFD:
    true
  default: false
  }
}

private func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if count == 0 || errno != EINTR {
        return false
      }
    }
    return true
  }
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

/// A value as one line of JSON, or as indented JSON, with keys in a stable order.
func json(_ value: some Encodable, isIndented: Bool = false) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
  return FileName.json(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
}
