#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What lies in folders, read without a look at each file: a data set may have a million.
///
/// Names and paths are texts as ``FileName`` makes them, so that names of any bytes can be listed and opened.
package enum FileSystem {
  /// What lies at a path.
  package enum Kind: Hashable, Sendable {
    case file
    case folder
    /// A pipe, device or socket, which reading could wait at for ever.
    case other
    /// A link that leads nowhere, or in a circle.
    case brokenLink
  }

  /// Something in a folder; links are followed.
  package struct Entry: Sendable {
    package let name: String
    package let kind: Kind
  }

  /// What tells a file or folder apart, whatever path leads there.
  package struct Identity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64

    fileprivate init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
    }
  }

  /// A state of a file: it changes when somebody writes into it, and when another file takes its place.
  package struct Version: Hashable, Sendable {
    package let identity: Identity
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    fileprivate init(_ status: stat) {
      identity = Identity(status)
      size = Int64(status.st_size)
      #if canImport(Darwin)
      let time = status.st_mtimespec
      #else
      let time = status.st_mtim
      #endif
      (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec)
    }
  }

  /// The state of the file at a path; nil where nothing lies there.
  package static func version(of path: String) -> Version? { status(of: path).map(Version.init) }

  /// What lies at a path, links followed; nil where nothing does.
  package static func kind(of path: String) -> Kind? { status(of: path).map(kind) }

  /// The number of bytes of the file at a path, links followed; nil where none lies there.
  package static func byteCount(of path: String) -> Int? {
    guard let status = status(of: path), kind(of: status) == .file else { return nil }
    return Int(status.st_size)
  }

  /// What tells the file or folder at a path apart; nil where nothing lies there.
  package static func identity(of path: String) -> Identity? { status(of: path).map(Identity.init) }

  /// What a folder holds, in the order of the bytes of the names.
  ///
  /// Left out are hidden entries and what systems and programs leave beside files: see ``isLitter(_:)``.
  package static func entries(of folder: String) throws(ReadFailure) -> [Entry] {
    var entries: [Entry] = []
    _ = try hasEntry(in: folder) { entry in
      entries.append(entry)
      return false
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Whether a folder holds something for which `condition` holds; no further entry is looked at then.
  ///
  /// Left out is what ``entries(of:)`` leaves out.
  package static func hasEntry(
    in folder: String, where condition: (Entry) -> Bool
  ) throws(ReadFailure) -> Bool {
    guard let stream = FileName.withCString(folder, { opendir($0) }) else {
      throw ReadFailure(systemError: errno)
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      // The record ends with the name: a copy of the whole structure could read beyond the memory that it has.
      let start = UnsafeRawPointer(entry) + nameOffset
      let bytes = UnsafeRawBufferPointer(
        start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))
      guard !isLitter(bytes) else { continue }
      let name = FileName.text(bytes)
      let known = kind(entryType: Int(entry.pointee.d_type))
      if condition(Entry(name: name, kind: known ?? kind(of: path(folder, name)) ?? .brokenLink)) {
        return true
      }
    }
    return false
  }

  /// Makes a folder and the ones above it, where they are not there.
  package static func makeFolder(_ path: String) throws(FileError) {
    switch kind(of: path) {
    case .folder: return
    case .file, .other, .brokenLink: throw .notAFolder(path: path, obstacle: path)
    case nil: break
    }
    let above = folder(of: path)
    if above != path, kind(of: above) != .folder {
      do throws(FileError) {
        try makeFolder(above)
      } catch {
        guard case .notAFolder(_, let obstacle) = error else { throw error }
        throw .notAFolder(path: path, obstacle: obstacle)
      }
    }
    // Another process may have been faster.
    guard FileName.withCString(path, { mkdir($0, 0o777) }) == 0 || kind(of: path) == .folder else {
      throw .notCreatable(path: path, reason: systemReason())
    }
  }

  /// What is there in the place of one of the folders that lead to a path, and is none; nil where nothing is.
  static func obstacle(above path: String) -> String? {
    let above = folder(of: path)
    guard above != path else { return nil }
    switch kind(of: above) {
    case .folder: return nil
    case .file, .other, .brokenLink: return above
    case nil: return obstacle(above: above)
    }
  }

  /// Removes a file, or says false where it can't be.
  @discardableResult
  package static func removeFile(_ path: String) -> Bool { FileName.withCString(path) { unlink($0) } == 0 }

  /// The path without links, `.` and `..`; nil where nothing lies there.
  package static func realPath(_ path: String) -> String? {
    guard let resolved = FileName.withCString(path, { realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return FileName.text(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
  }

  private static let nameOffset: Int = {
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else {
      fatalError("a directory entry has no name")
    }
    return offset
  }()

  /// What the folder itself says about an entry; nil for links and on file systems that don't say.
  private static func kind(entryType: Int) -> Kind? {
    switch entryType {
    case Int(DT_REG): .file
    case Int(DT_DIR): .folder
    case Int(DT_LNK), Int(DT_UNKNOWN): nil
    default: .other
    }
  }

  private static func kind(of status: stat) -> Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return FileName.withCString(path) { stat($0, &status) } == 0 ? status : nil
  }
}

// MARK: - Names

extension FileSystem {
  /// What file managers, archives and devices leave beside files, beside what is hidden by a dot.
  private static let litter: Set<[UInt8]> = Set(
    [
      "__MACOSX", "Icon\r", "@eaDir", "#recycle", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini",
      "$RECYCLE.BIN", "System Volume Information", "lost+found",
    ].map { Array($0.utf8) })

  /// Whether a name is hidden, as `.DS_Store` and `._photo.jpg` are, or litter such as `__MACOSX`, `@eaDir` and `Thumbs.db`.
  private static func isLitter(_ name: UnsafeRawBufferPointer) -> Bool {
    name.first == UInt8(ascii: ".") || litter.contains(Array(name))
  }

  /// A name behind a folder.
  package static func path(_ folder: String, _ name: String) -> String {
    folder.utf8.last.map { $0 == slash } ?? true ? folder + name : "\(folder)/\(name)"
  }

  /// The folder that a file lies in; `.` for a name alone.
  package static func folder(of path: String) -> String {
    // By bytes: a slash and an accent behind it are one character.
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
    guard let end = bytes.lastIndex(of: slash) else { return bytes.elementsEqual([slash]) ? "/" : "." }
    var folder = bytes[..<end]
    while folder.count > 1, folder.last == slash { folder.removeLast() }
    return folder.isEmpty || folder.elementsEqual([slash]) ? "/" : String(Substring(folder))
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    path.utf8.split(separator: slash).last.map { String(Substring($0)) } ?? path
  }

  /// A name before its extension, and the extension without the dot; a dot in front begins none.
  package static func parts(ofName name: String) -> (stem: String, fileExtension: String) {
    let bytes = name.utf8
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")),
      bytes[..<dot].contains(where: { $0 != UInt8(ascii: ".") })
    else { return (name, "") }
    return (String(Substring(bytes[..<dot])), String(Substring(bytes[bytes.index(after: dot)...])))
  }

  private static let slash = UInt8(ascii: "/")
}

/// The system's words for an error number, by default for that of the last call that failed.
package func systemReason(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }

/// Why a file or folder can't be read, for the errors of those who wanted it.
package struct ReadFailure: Error, Hashable, Sendable {
  /// Whether nothing is there.
  package let isAbsent: Bool
  /// Whether too many files are open.
  package let isOfLimit: Bool
  /// The reason in words.
  package let reason: String

  package init(reason: String) {
    (self.isAbsent, self.isOfLimit) = (false, false)
    self.reason = reason
  }

  /// The system's reason.
  package init(systemError number: Int32) {
    self.isAbsent = number == ENOENT || number == ENOTDIR
    self.isOfLimit = number == EMFILE || number == ENFILE
    self.reason = systemReason(number)
  }
}

/// Why a file could not be written, or not be looked for.
///
/// Each case names the file and gives the system's reason.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder takes no new file: it is missing, no folder, or not writable.
  case notCreatable(path: String, reason: String)
  /// The path names something that is there and is not a plain file, such as a folder or a device.
  case notAPlainFile(path: String)
  /// A folder can't be made, because something that is no folder, such as a file, is there or above it.
  case notAFolder(path: String, obstacle: String)
  /// Bytes could not be stored, as on a full disk.
  case notWritable(path: String, reason: String)
  /// The finished file could not be put in its place.
  case notReplaceable(path: String, reason: String)
  /// A URL is that of something on a network.
  case notAFile(address: String)

  /// What is wrong, with what file, and what to do.
  public var description: String {
    switch self {
    case .notAFolder(let path, let obstacle):
      path == obstacle
        ? "\(FileName.shown(path)): the folder can't be made: this is a file, not a folder. Give another folder, or remove the file."
        : "\(FileName.shown(path)): the folder can't be made: \(FileName.shown(obstacle)) is a file, not a folder."
    case .notCreatable(let path, let reason):
      "\(FileName.shown(path)): can't be created: \(reason). Check that the folder exists and that you may write to it."
    case .notAPlainFile(let path):
      "\(FileName.shown(path)): is not a plain file. Give the path of a file to create or replace."
    case .notWritable(let path, let reason):
      "\(FileName.shown(path)): writing failed: \(reason). Free space on the disk or write elsewhere; nothing was changed."
    case .notReplaceable(let path, let reason):
      "\(FileName.shown(path)): can't be put in place: \(reason). Check the permissions of the folder; nothing was changed."
    case .notAFile(let address):
      "\(FileName.shown(address)): is not the URL of a file. Download it, and give the URL of the copy."
    }
  }
}
