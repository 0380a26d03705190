import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The right to download a content: the lock that Python's `huggingface_hub` takes too, which the system takes back when the
/// process dies.
final class ContentLock {
  private let descriptor: Int32

  /// Takes the lock.
  ///
  /// On a file system without locks there is none: contents are checked by their hashes, so that two processes at once cost time
  /// alone.
  ///
  /// - Parameter wait: is called again and again while another process has it.
  init(at path: String, wait: () throws -> Void) throws {
    try FileSystem.makeFolder(FileSystem.folder(of: path))
    while true {
      let descriptor = FileName.withCString(path) { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o664) }
      guard descriptor >= 0 else { throw FileError.notCreatable(path: path, reason: systemReason()) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let reason = errno
        guard reason == EWOULDBLOCK || reason == EINTR else {
          self.descriptor = descriptor
          return
        }
        close(descriptor)
        try wait()
        continue
      }
      // Whoever had it before may have removed the file meanwhile: that lock would guard nothing.
      guard Self.isSame(descriptor, path) else {
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      return
    }
  }

  deinit { close(descriptor) }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (mine, there) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && FileName.withCString(path, { stat($0, &there) }) == 0
      && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
  }
}
