#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What lies in folders, read without a look at each file: a data set may have a million.
package enum FileSystem {
  /// What lies at a path.
  package enum Kind: Hashable, Sendable {
    case file
    case folder
    /// A pipe, device or socket, which reading could wait at for ever.
    case other
  }

  /// Something in a folder; links are followed.
  package struct Entry: Hashable, Sendable {
    package let name: String
    package let kind: Kind
  }

  /// What tells a folder apart, whatever path leads there.
  package struct Identity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64

    fileprivate init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
    }
  }

  /// What lies at a path, links followed; nil where nothing does.
  package static func kind(of path: String) -> Kind? { status(of: path).map(kind) }

  /// Why a folder can't be listed.
  package enum FolderFailure: Error {
    case unreadable(ReadFailure)
    /// A name that is not UTF-8, its bytes repaired.
    case malformedName(path: String)
  }

  /// What tells the folder at a path apart; nil where nothing lies there.
  package static func identity(of path: String) -> Identity? { status(of: path).map(Identity.init) }

  /// A name behind a folder.
  package static func path(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The folder that a file lies in; `.` for a name alone.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What a folder holds, by the bytes of the names; hidden entries and links that lead nowhere are left out.
  package static func entries(of folder: String) throws(FolderFailure) -> [Entry] {
    guard let stream = opendir(folder) else {
      throw .unreadable(ReadFailure(systemError: errno))
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let entry = readdir(stream) {
      // The record ends with the name: a copy of the whole structure could read beyond the memory that it has.
      let start = UnsafeRawPointer(entry) + nameOffset
      let bytes = start.assumingMemoryBound(to: CChar.self)
      guard bytes.pointee != CChar(UInt8(ascii: ".")) else { continue }
      guard let name = String(validatingCString: bytes) else {
        throw .malformedName(path: path(folder, String(cString: bytes)))
      }
      if let kind = kind(entryType: Int(entry.pointee.d_type)) ?? self.kind(of: path(folder, name)) {
        entries.append(Entry(name: name, kind: kind))
      }
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static let nameOffset: Int = {
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else {
      preconditionFailure("a directory entry has no name")
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
    return stat(path, &status) == 0 ? status : nil
  }
}

/// The system's words for an error number, by default for that of the last call that failed.
package func systemReason(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }

/// Why a file or folder can't be read, for the errors of those who wanted it.
package struct ReadFailure: Error, Hashable, Sendable {
  /// Whether nothing is there.
  package let isAbsent: Bool
  /// The reason in words.
  package let reason: String

  package init(reason: String) {
    self.isAbsent = false
    self.reason = reason
  }

  /// The system's reason.
  package init(systemError number: Int32) {
    self.isAbsent = number == ENOENT || number == ENOTDIR
    self.reason = systemReason(number)
  }
}

/// Why a file could not be written.
///
/// Each case names the file and gives the system's reason.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder takes no new file: it is missing, no folder, or not writable.
  case notCreatable(path: String, reason: String)
  /// The path names something that is there and is not a plain file, such as a folder or a device.
  case notAPlainFile(path: String)
  /// Bytes could not be stored, as on a full disk.
  case notWritable(path: String, reason: String)
  /// The finished file could not be put in its place.
  case notReplaceable(path: String, reason: String)

  /// What is wrong, with what file, and what to do.
  public var description: String {
    switch self {
    case .notCreatable(let path, let reason):
      "\(path): can't be created: \(reason). Check that the folder exists and that you may write to it."
    case .notAPlainFile(let path):
      "\(path): is not a plain file. Give the path of a file to create or replace."
    case .notWritable(let path, let reason):
      "\(path): writing failed: \(reason). Free space on the disk or write elsewhere; nothing was changed."
    case .notReplaceable(let path, let reason):
      "\(path): can't be put in place: \(reason). Check the permissions of the folder; nothing was changed."
    }
  }
}
