#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads whole files.
package enum FileContents {
  /// More bytes than any file that is read whole has; keeps an endless device from filling memory.
  static let byteLimit = 2 << 30

  /// How long a pipe may be silent; a writer that has nothing to say would otherwise be waited for without end.
  static let pipePatience: Int32 = 10_000

  /// Reads all bytes of a file or pipe; devices and sockets are refused.
  package static func read(_ path: String) throws(ReadFailure) -> [UInt8] {
    // Opening a pipe without a writer would wait for one.
    let descriptor = FileName.withCString(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw ReadFailure(systemError: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ReadFailure(systemError: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFIFO: break
    case S_IFDIR: throw ReadFailure(systemError: EISDIR)
    default: throw ReadFailure(reason: "it is a device or socket, not a file")
    }
    var bytes: [UInt8] = []
    // One byte more than the size: the read that meets the end then needs no further chunk.
    var chunk = max(min(Int(status.st_size), byteLimit) + 1, 1 << 16)
    while true {
      let count = try append(upTo: chunk, from: descriptor, to: &bytes)
      if count == 0 { return bytes }
      guard bytes.count <= byteLimit else {
        throw ReadFailure(reason: "it has more than \(byteLimit) bytes")
      }
      chunk = 1 << 20
    }
  }

  private static func append(
    upTo count: Int, from descriptor: Int32, to bytes: inout [UInt8]
  ) throws(ReadFailure) -> Int {
    var received = 0
    let part = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      repeat {
        received = fetch(descriptor, into: buffer)
      } while received < 0 && (errno == EINTR || errno == EAGAIN && isReady(descriptor))
      initialized = max(received, 0)
    }
    guard received >= 0 else {
      throw errno == EAGAIN
        ? ReadFailure(reason: "it is a pipe that nothing comes from") : ReadFailure(systemError: errno)
    }
    if bytes.isEmpty { bytes = part } else { bytes += part }
    return received
  }
}

/// Waits until a pipe has something to read or has ended; false where that takes too long.
private func isReady(_ descriptor: Int32) -> Bool {
  var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  let count = poll(&wanted, 1, FileContents.pipePatience)
  if count == 0 { errno = EAGAIN }
  return count > 0 || count < 0 && errno == EINTR
}

/// Reads what is there, at most the room of the buffer; the count is negative after an error, 0 at the end.
private func fetch(_ descriptor: Int32, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

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
    let descriptor = FileName.withCString(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
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
