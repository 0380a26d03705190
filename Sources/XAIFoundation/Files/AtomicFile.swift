#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file beside the target; `commit` stores them on disk and renames. Without `commit`, or after
/// an error, the temporary is removed and what stood at the path stays as it was.
public struct AtomicFile: ~Copyable {
  private let path: String
  private let target: String
  private let temporary: String
  private var descriptor: Int32

  /// Begins a file that will stand at `path`; where a symbolic link stands there, the file that it names is replaced.
  public init(at path: String) throws(FileError) {
    let target = try Self.target(of: path)
    let (temporary, descriptor) = try Self.createTemporary(beside: target, for: path)
    self.init(path: path, target: target, temporary: temporary, descriptor: descriptor)
  }

  /// Takes over a temporary file that is open for writing.
  init(path: String, target: String, temporary: String, descriptor: Int32) {
    self.path = path
    self.target = target
    self.temporary = temporary
    self.descriptor = descriptor
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    _ = FileName.withCString(temporary) { unlink($0) }
  }

  /// Appends bytes.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = store(UnsafeRawBufferPointer(rebasing: rest), in: descriptor)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .notWritable(path: path, reason: systemReason()) }
      rest = rest.dropFirst(count)
    }
  }

  /// Appends bytes of any collection.
  public func append(_ bytes: some Collection<UInt8>) throws(FileError) {
    let array = bytes as? [UInt8] ?? Array(bytes)
    try array.withUnsafeBufferPointer { (elements) throws(FileError) in
      try append(UnsafeRawBufferPointer(elements))
    }
  }

  /// Stores the file on disk and puts it in its place.
  public consuming func commit() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw .notWritable(path: path, reason: systemReason()) }
    TestMilestone.write.reached()
    let renamed = FileName.withCString(temporary) { old in FileName.withCString(target) { rename(old, $0) } }
    guard renamed == 0 else { throw .notReplaceable(path: path, reason: systemReason()) }
    close(descriptor)
    descriptor = -1
    Self.storeFolder(of: target)
    TestMilestone.write.reached()
  }

  /// Writes a whole file.
  public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(FileError) {
    let file = try AtomicFile(at: path)
    try file.append(bytes)
    try file.commit()
  }

  /// Writes a whole file from memory.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(FileError) {
    let file = try AtomicFile(at: path)
    try file.append(bytes)
    try file.commit()
  }
}

// MARK: - Places

extension AtomicFile {
  /// The file to replace, links followed; renaming over a device or a folder is refused.
  private static func target(of path: String) throws(FileError) -> String {
    var status = stat()
    // A path that names nothing yet, as a dangling link does, is created as it is written.
    guard FileName.withCString(path, { stat($0, &status) }) == 0 else { return path }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAPlainFile(path: path) }
    guard let resolved = FileSystem.realPath(path) else {
      throw .notCreatable(path: path, reason: systemReason())
    }
    return resolved
  }

  /// Creates a file of a new name in the folder of the target, with the permissions of the file to be replaced.
  private static func createTemporary(
    beside target: String, for path: String
  ) throws(FileError) -> (name: String, descriptor: Int32) {
    // A name of the full length has no room for more.
    let start = FileSystem.name(of: target).utf8.count < 230 ? target : "\(FileSystem.folder(of: target))/xai"
    for _ in 0..<100 {
      let name = "\(start).\(String(UInt32.random(in: 0 ... .max), radix: 36)).part"
      let descriptor = FileName.withCString(name) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
      if descriptor >= 0 {
        var status = stat()
        if FileName.withCString(target, { stat($0, &status) }) == 0 {
          fchmod(descriptor, status.st_mode & 0o777)
        }
        return (name, descriptor)
      }
      guard errno == EEXIST else { break }
    }
    let reason = systemReason()
    guard let obstacle = FileSystem.obstacle(above: path) else {
      throw .notCreatable(path: path, reason: reason)
    }
    throw .notCreatable(path: path, reason: "\(FileName.shown(obstacle)) is a file, not a folder")
  }

  /// Stores the new entry of the folder; some file systems can't, and the file itself is safe either way.
  private static func storeFolder(of target: String) {
    let descriptor = FileName.withCString(FileSystem.folder(of: target)) { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// Writes what the system takes at once; the count is negative after an error.
private func store(_ bytes: UnsafeRawBufferPointer, in descriptor: Int32) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
