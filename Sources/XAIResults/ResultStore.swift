import GRDB
public import XAIEvaluation
import XAIFoundation

/// The results of an evaluation in a SQLite file, one transaction an image.
///
/// A run that is killed loses the image that it was working on and nothing else. One run at a time writes a file; any
/// number read it meanwhile.
public final class ResultStore: Sendable {
  /// Where the file lies.
  public let path: String
  /// What decides the results.
  public let experiment: Experiment
  let connection: StoreConnection
  private let lock: StoreLock

  /// Resumes the database of an experiment, or makes it where there is none.
  ///
  /// - Parameters:
  ///   - path: the file; beside it lies `<path>.lock` while the store is open.
  ///   - experiment: what decides the results.
  ///   - shard: which part of the sample the file is for, as text; only messages use it.
  /// - Throws: `StoreError`: where the file holds something else, is damaged, or another run writes it. The file is then
  ///   as it was.
  public init(at path: String, experiment: Experiment, shard: String? = nil) throws {
    try Self.checkFolder(of: path)
    lock = try StoreLock(of: path)
    connection = try StoreConnection(path: path, isReadOnly: false)
    self.path = path
    self.experiment = experiment
    switch try connection.kind() {
    case .empty: try create(shard: shard)
    case .results:
      let differences = try connection.experiment().differences(to: experiment)
      guard differences.isEmpty else {
        throw StoreError.otherExperiment(path: path, differences: differences)
      }
      try complete()
    }
  }

  /// The places of the sample that have a result.
  public var donePositions: Set<Int> {
    get throws { Set(try connection.positions()) }
  }

  /// The places whose result is not the last word: images that could not be read, and those that are computed with them.
  var openPositions: Set<Int> {
    get throws {
      let size = Evaluation.groupSize
      let unread = try connection.read {
        // Databases of before don't say which failures are of reading.
        try Int.fetchAll(
          $0, sql: "SELECT position FROM pictures WHERE failure IS NOT NULL AND is_unread IS NOT 0")
      }
      return Set(unread.flatMap { $0 / size * size..<$0 / size * size + size })
    }
  }

  /// Keeps the result of an image: all of it, or where that fails nothing.
  public func add(_ result: ImageResult) throws {
    try add([result])
  }

  /// Removes the database of an earlier run, so that an evaluation begins anew.
  ///
  /// - Throws: `StoreError` where something else stands there or another run writes it.
  public static func remove(at path: String) throws {
    guard FileSystem.kind(of: path) != nil else { return }
    let lock = try StoreLock(of: path)
    guard FileSystem.kind(of: path) == .file, let file = StoreFile(path), file.isEmpty || file.isOwn else {
      throw StoreError.foreign(path: path, reason: "this program did not write it")
    }
    for suffix in ["", "-journal"] { FileSystem.removeFile(path + suffix) }
    guard FileSystem.kind(of: path) == nil else { throw StoreError.readOnly(path: path) }
    withExtendedLifetime(lock) {}
  }

  /// A lock in a folder that is not there would be the wrong thing to complain about.
  private static func checkFolder(of path: String) throws(StoreError) {
    guard FileName.bytes(path).elementsEqual(path.utf8) else {
      throw .notCreatable(
        path: path, reason: "SQLite takes no path that isn't UTF-8 or has control characters")
    }
    let folder = FileSystem.folder(of: path)
    guard FileSystem.kind(of: folder) == .folder else {
      throw .notCreatable(
        path: path,
        reason: FileSystem.kind(of: folder) == nil
          ? "there is no folder \(folder)" : "\(folder) is a file, not a folder")
    }
  }
}

/// What the bytes of a file say before SQLite looks at them (SQLite's file format, 1.3).
struct StoreFile {
  private let header: [UInt8]
  /// Bytes of the whole file.
  let count: Int

  /// Looks at a file; nil where it can't be read.
  init?(_ path: String) {
    guard let bytes = try? FileBytes(mapping: path) else { return nil }
    header = bytes.withBytes { Array($0.prefix(100)) }
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
  static func hasJournal(_ path: String) -> Bool { FileSystem.kind(of: "\(path)-journal") != nil }
}
