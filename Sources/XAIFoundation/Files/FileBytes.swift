#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The bytes of a file, mapped read-only, or of a copy in memory.
///
/// A mapping costs nothing until its pages are read, and processes that open the same model share them. A file
/// that another program shortens in place while it is mapped ends the process when the lost part is read, as with
/// every mapping; replacing it by renaming, as the writer here does, leaves mappings whole.
package final class FileBytes: @unchecked Sendable {
  private let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Maps a file; links are followed, anything but a regular file is refused.
  package init(mapping path: String) throws(ReadFailure) {
    // Opening a named pipe would wait for a writer for ever except for O_NONBLOCK.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw ReadFailure(systemError: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ReadFailure(systemError: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw ReadFailure(reason: "it isn't a regular file") }
    let count = Int(status.st_size)
    guard count > 0 else {
      self.bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      self.isMapped = true
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw ReadFailure(systemError: errno)
    }
    self.bytes = UnsafeRawBufferPointer(start: start, count: count)
    self.isMapped = true
  }

  /// Copies bytes, aligned as a mapping is for every element type.
  package init(copying source: some Collection<UInt8>) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 64)
    copy.copyBytes(from: source)
    self.bytes = UnsafeRawBufferPointer(copy)
    self.isMapped = false
  }

  /// The number of bytes.
  package var count: Int { bytes.count }

  /// Calls `body` with the bytes, which stay in place at least until it returns.
  package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    // Without this, the last use of `self` could be reading the property, and the mapping could go before its use.
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  deinit {
    guard let start = bytes.baseAddress else { return }
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    } else {
      bytes.deallocate()
    }
  }
}
