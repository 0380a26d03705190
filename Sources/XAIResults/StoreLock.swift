import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The right to write a database: a lock on the file beside it, which the system takes back when the process dies.
///
/// SQLite's own locks last for a transaction; between two of them a second run would slip in and do the same images.
final class StoreLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Takes the lock of a database; throws `StoreError.inUse` at once where another process has it.
  init(of database: String) throws(StoreError) {
    path = "\(database).lock"
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      guard descriptor >= 0 else {
        throw .notCreatable(path: path, reason: systemReason())
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let (reason, owner) = (errno, Self.text(of: descriptor))
        close(descriptor)
        if reason == EINTR { continue }
        guard reason == EWOULDBLOCK else {
          throw .notCreatable(path: path, reason: "it can't be locked: \(systemReason(reason))")
        }
        throw .inUse(path: database, by: owner)
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
    unlink(path)
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
    return fstat(descriptor, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino
      && mine.st_dev == there.st_dev
  }
}
