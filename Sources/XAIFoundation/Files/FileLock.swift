#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A lock on a file that one process has at a time: the system takes it back when the process dies, so nobody has to remove it.
///
/// The file goes with the lock.
package final class FileLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Why a lock can't be had.
  package enum Failure: Error, Hashable, Sendable {
    /// Another process has it; what it says of itself.
    case inUse(by: String)
    /// The file can't be made, or the file system has no locks.
    case notCreatable(reason: String)
  }

  /// Takes a lock; throws `Failure.inUse` at once where another process has it.
  package init(at path: String) throws(Failure) {
    self.path = path
    while true {
      let descriptor = FileName.withCString(path) {
        open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      }
      guard descriptor >= 0 else { throw .notCreatable(reason: systemReason()) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let (reason, owner) = (errno, Self.text(of: descriptor))
        close(descriptor)
        if reason == EINTR { continue }
        guard reason == EWOULDBLOCK else {
          throw .notCreatable(
            reason:
              "its file system has no locks (\(systemReason(reason))), without which two runs could write one file; a local "
              + "disk has, and most network file systems")
        }
        throw .inUse(by: owner)
      }
      // The owner before may have removed the file between the opening and the lock: that lock would guard nothing.
      guard Self.isSame(descriptor, path) else {
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      note()
      return
    }
  }

  deinit {
    _ = FileName.withCString(path) { unlink($0) }
    close(descriptor)
  }

  /// Writes who has the lock, for the message that another run gives.
  private func note() {
    var name = [CChar](repeating: 0, count: 256)
    let isNamed = gethostname(&name, name.count - 1) == 0
    let host =
      isNamed
      ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self) : ""
    let text = Array("process \(getpid())\(host.isEmpty ? "" : " on \(host)")".utf8)
    ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 300)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (mine, there) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && FileName.withCString(path, { stat($0, &there) }) == 0
      && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
  }
}
