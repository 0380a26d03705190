#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the bytes of a file say before SQLite looks at them (SQLite's file format, 1.3).
struct StoreFile {
  private let header: [UInt8]
  /// Bytes of the whole file.
  let count: Int

  /// Looks at a file; nil where it can't be read.
  init?(_ path: String) {
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) else {
      return nil
    }
    header = Array(bytes.prefix(100))
    count = bytes.count
  }

  var isEmpty: Bool { count == 0 }

  /// Whether it begins as SQLite's files do.
  var isSQLite: Bool { header.count == 100 && header.starts(with: Array("SQLite format 3\0".utf8)) }

  /// Whether it begins as these databases do, damaged or not.
  var isOwn: Bool {
    isSQLite && header[68..<72].reduce(0) { $0 << 8 | Int($1) } == Schema.applicationID
  }

  /// Whether a journal lies beside it, with which SQLite takes a change back that a dead process had begun.
  static func hasJournal(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)-journal") }
}
