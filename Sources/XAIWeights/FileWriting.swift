#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes a file beside its destination and renames it into place once it is whole and on the disk.
///
/// Readers, and mappings of the file that was there, see the old bytes or the new ones, never a mixture.
struct FileWriting: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private let temporaryPath: String
  private var pending: [UInt8] = []
  private var isFinished = false

  private static let chunk = 1 << 20

  /// Opens a new file beside `path`.
  init(path: String) throws(FileBytes.Failure) {
    let temporaryPath = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36)).partial"
    let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileBytes.Failure(systemError: errno) }
    self.descriptor = descriptor
    self.path = path
    self.temporaryPath = temporaryPath
  }

  /// Appends bytes.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileBytes.Failure) {
    if pending.count + bytes.count > Self.chunk {
      try flush()
      if bytes.count >= Self.chunk { return try writeThrough(bytes) }
    }
    pending.append(contentsOf: bytes)
  }

  /// Appends integers as they lie in memory.
  mutating func write<Integer: FixedWidthInteger & BitwiseCopyable>(_ integers: [Integer]) throws(FileBytes
    .Failure)
  {
    try integers.span.withUnsafeBytes { (bytes) throws(FileBytes.Failure) in try write(bytes) }
  }

  /// Renames the file into place; without this call, nothing is left of it.
  consuming func finish() throws(FileBytes.Failure) {
    try flush()
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
      throw FileBytes.Failure(systemError: errno)
    }
    isFinished = true
    // The rename is on the disk once the directory is; not every file system can do this, and none must.
    let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  private mutating func flush() throws(FileBytes.Failure) {
    let bytes = pending
    pending.removeAll(keepingCapacity: true)
    try bytes.span.withUnsafeBytes { (bytes) throws(FileBytes.Failure) in try writeThrough(bytes) }
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(FileBytes.Failure) {
    var rest = bytes
    while !rest.isEmpty {
      let written = systemWrite(descriptor, rest.baseAddress, rest.count)
      if written > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      } else if written < 0, errno != EINTR {
        throw FileBytes.Failure(systemError: errno)
      }
    }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporaryPath) }
  }
}

/// `write(2)`, which the method of the same name hides.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, start, count)
}
