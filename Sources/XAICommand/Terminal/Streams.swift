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
  static func write(_ text: String) throws(Failure) {
    guard writeAll(text, to: STDOUT_FILENO) else {
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
  static func write(_ text: String) { _ = writeAll(text, to: STDERR_FILENO) }
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
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
