#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The system's words for an error number, by default for that of the last call that failed.
package func systemReason(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }

/// Why a file or folder can't be read, for the errors of those who wanted it.
package struct ReadFailure: Error, Hashable, Sendable {
  /// Whether nothing is there.
  package let isAbsent: Bool
  /// The reason in words.
  package let reason: String

  package init(reason: String) {
    self.isAbsent = false
    self.reason = reason
  }

  /// The system's reason.
  package init(systemError number: Int32) {
    self.isAbsent = number == ENOENT || number == ENOTDIR
    self.reason = systemReason(number)
  }
}
