import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The part of a content that has come: `<hash>.incomplete` beside where the whole will lie.
///
/// It stays when a download ends before its time, and the next one resumes from it.
final class PartialFile {
  let path: String
  /// The number of bytes that are there.
  private(set) var count: Int
  private let descriptor: Int32

  /// Opens what is there, or begins.
  init(at path: String) throws(FileError) {
    try FileSystem.makeFolder(FileSystem.folder(of: path))
    let descriptor = FileName.withCString(path) {
      open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
    }
    guard descriptor >= 0 else { throw .notCreatable(path: path, reason: systemReason()) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notAPlainFile(path: path)
    }
    (self.path, self.descriptor, count) = (path, descriptor, Int(status.st_size))
  }

  deinit { close(descriptor) }

  /// Appends what has come.
  func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .notWritable(path: path, reason: systemReason()) }
      count += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Begins anew.
  func restart() throws(FileError) {
    guard ftruncate(descriptor, 0) == 0 else { throw .notWritable(path: path, reason: systemReason()) }
    count = 0
  }

  /// Stores the whole content on disk and gives it its name.
  func commit(to target: String) throws(FileError) {
    guard fsync(descriptor) == 0 else { throw .notWritable(path: path, reason: systemReason()) }
    let isMoved = FileName.withCString(path) { old in FileName.withCString(target) { rename(old, $0) } } == 0
    guard isMoved else { throw .notReplaceable(path: target, reason: systemReason()) }
  }

  /// Removes what has come.
  func discard() { FileSystem.removeFile(path) }
}
