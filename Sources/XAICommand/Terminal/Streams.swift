#if canImport(Glibc)
import XAIFoundation
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
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
