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

  /// Reads all bytes of a file, pipe or device.
  package static func read(_ path: String) throws(ReadFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ReadFailure(systemError: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ReadFailure(systemError: errno) }
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
      } while received < 0 && errno == EINTR
      initialized = max(received, 0)
    }
    guard received >= 0 else { throw ReadFailure(systemError: errno) }
    if bytes.isEmpty { bytes = part } else { bytes += part }
    return received
  }
}

/// Reads what is there, at most the room of the buffer; the count is negative after an error, 0 at the end.
private func fetch(_ descriptor: Int32, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
