import XAIFoundation
import XAIWeights

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder of a repository in the hub's cache, as Python's `huggingface_hub` lays it out.
///
///     models--owner--name/blobs/<hash>                the content of files
///                         snapshots/<commit>/<file>   links to them
///                         refs/<revision>             the commit of a branch or tag
///                         .no_exist/<commit>/<file>   an empty file for one that the repository doesn't have
///     .locks/models--owner--name/<hash>.lock          whoever downloads a content has this locked
struct CacheFolder: Sendable {
  let path: String
  private let locks: String

  init(of id: RepositoryID, in cache: HubCache) {
    path = cache.path(of: id)
    locks = "\(cache.path)/.locks/\(FileSystem.name(of: path))"
  }

  func snapshot(_ commit: String) -> String { "\(path)/snapshots/\(commit)" }

  func blob(_ etag: String) -> String { "\(path)/blobs/\(etag)" }

  func lock(_ etag: String) -> String { "\(locks)/\(etag).lock" }

  /// Whether it is known that a commit has no file of a name.
  func isKnownToLack(_ name: String, _ commit: String) -> Bool {
    FileSystem.kind(of: marker(name, commit)) == .file
  }

  /// Notes that a commit has no file of a name.
  func noteAbsence(of name: String, _ commit: String) throws(FileError) {
    let path = marker(name, commit)
    guard FileSystem.kind(of: path) == nil else { return }
    try FileSystem.makeFolder(FileSystem.folder(of: path))
    try AtomicFile.write([], to: path)
  }

  private func marker(_ name: String, _ commit: String) -> String { "\(path)/.no_exist/\(commit)/\(name)" }

  /// Notes which commit a branch or a tag is at.
  func noteRevision(_ revision: String, is commit: String) throws(FileError) {
    guard revision != commit else { return }
    let path = "\(path)/refs/\(revision)"
    if let known = try? FileBytes(mapping: path), known.withBytes({ $0.elementsEqual(commit.utf8) }) {
      return
    }
    try FileSystem.makeFolder(FileSystem.folder(of: path))
    try AtomicFile.write(Array(commit.utf8), to: path)
  }

  /// Puts a content into a commit's folder under its name: as a link, or itself where links can't be made.
  func place(_ etag: String, as name: String, _ commit: String, byLink makesLinks: Bool) throws(FileError) {
    let folder = snapshot(commit)
    try FileSystem.makeFolder(folder)
    let target = "\(folder)/\(name)"
    if makesLinks {
      // Made beside and renamed: what another process reads is there at each moment.
      let temporary = "\(folder)/.\(String(UInt32.random(in: 0 ... .max), radix: 36)).link"
      if FileName.withCString(temporary, { symlink("../../blobs/\(etag)", $0) }) == 0 {
        guard Self.move(temporary, to: target) else {
          let reason = systemReason()
          FileSystem.removeFile(temporary)
          throw .notReplaceable(path: target, reason: reason)
        }
        return
      }
    }
    guard Self.move(blob(etag), to: target) else {
      throw .notReplaceable(path: target, reason: systemReason())
    }
  }

  private static func move(_ old: String, to new: String) -> Bool {
    FileName.withCString(old) { old in FileName.withCString(new) { rename(old, $0) } } == 0
  }

  /// Bytes that a user may still write to the disk of a folder, or of the first one above it that is there; nil where the system
  /// doesn't say.
  static func freeBytes(at path: String) -> Int? {
    var folder = path
    while FileSystem.kind(of: folder) != .folder, FileSystem.folder(of: folder) != folder {
      folder = FileSystem.folder(of: folder)
    }
    var status = statvfs()
    guard FileName.withCString(folder, { statvfs($0, &status) }) == 0 else { return nil }
    let (bytes, isTooLarge) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
    return isTooLarge ? nil : bytes
  }
}
