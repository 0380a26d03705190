import GRDB
import XAICore
import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An open database, whose errors say what a user can do.
struct StoreConnection: Sendable {
  let path: String
  private let queue: DatabaseQueue

  /// How long a writer waits for readers, in seconds.
  private static let patience = 30.0

  /// Opens a file; one that is not there is made unless `isReadOnly`.
  init(path: String, isReadOnly: Bool) throws(StoreError) {
    self.path = path
    switch FileSystem.kind(of: path) {
    case .folder: throw .foreign(path: path, reason: "it is a folder")
    case .other, .brokenLink: throw .foreign(path: path, reason: "it is no regular file")
    case nil where isReadOnly: throw .missing(path: path)
    case .file, nil: break
    }
    // SQLite takes a file of less than a page for an empty database, and would write over it.
    do throws(ReadFailure) {
      if FileSystem.kind(of: path) != nil { _ = try FileBytes(mapping: path) }
    } catch {
      // SQLite would speak of damage.
      if error.isOfLimit { throw .tooManyFiles(path: path) }
    }
    if !StoreFile.hasJournal(path), let file = StoreFile(path), !file.isEmpty, !file.isSQLite {
      throw .foreign(path: path, reason: "it is no SQLite database")
    }
    var configuration = GRDB.Configuration()
    // The journal stays a rollback journal: a write-ahead log needs memory that network file systems don't share.
    configuration.journalMode = .default
    configuration.busyMode = .timeout(Self.patience)
    configuration.readonly = isReadOnly
    // A file may be anybody's: what its schema calls may do no harm.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
    // A path is never one of SQLite's special names.
    let place = path.hasPrefix("/") ? path : "./\(path)"
    do { queue = try DatabaseQueue(path: place, configuration: configuration) } catch {
      throw StoreError(error, at: path)
    }
  }

  /// Reads a state of the database that nobody changes meanwhile.
  func read<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
    do { return try queue.read(body) } catch { throw StoreError(error, at: path) }
  }

  /// Writes all or nothing.
  func write<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
    do {
      let result = try queue.write { database in
        let result = try body(database)
        TestMilestone.write.reached()
        return result
      }
      TestMilestone.write.reached()
      return result
    } catch { throw StoreError(error, at: path) }
  }

  /// Runs statements outside of a transaction.
  func configure(_ sql: String) throws(StoreError) {
    do { try queue.writeWithoutTransaction { try $0.execute(sql: sql) } } catch {
      throw StoreError(error, at: path)
    }
  }

  func close() throws(StoreError) {
    do { try queue.close() } catch { throw StoreError(error, at: path) }
  }
}

extension StoreConnection {
  /// What kind of database is open.
  enum Kind {
    /// There are no tables yet.
    case empty
    /// One of this version.
    case results
  }

  /// Looks at the database; throws for one of somebody else's or of another version.
  func kind() throws(StoreError) -> Kind {
    func number(_ sql: String, _ database: Database) throws -> Int {
      try Int.fetchOne(database, sql: sql) ?? 0
    }
    let (id, version, tables, isWhole) = try read { database in
      // Looking at the tables takes the lock under which the others belong together.
      let tables = try number("SELECT COUNT(*) FROM sqlite_master", database)
      let count = try number("PRAGMA page_count", database) * number("PRAGMA page_size", database)
      return (
        try number("PRAGMA application_id", database), try number("PRAGMA user_version", database), tables,
        tables == 0 || (StoreFile(path)?.count ?? 0) >= count
      )
    }
    if id == 0, version == 0, tables == 0 { return .empty }
    guard id == Schema.applicationID else {
      throw StoreError.foreign(path: path, reason: "it is another program's database")
    }
    guard version == Schema.version else {
      throw StoreError.otherVersion(path: path, there: version, here: Schema.version)
    }
    // SQLite counts a page that is there in part.
    guard isWhole else { throw .damaged(path: path, reason: "it was cut short") }
    try checkTables()
    return .results
  }

  /// Throws where what is read is no table with columns of its own: a view may be endless, and so may a column that is computed.
  private func checkTables() throws(StoreError) {
    let wrong = try read { database in
      try String.fetchOne(
        database,
        sql: """
          SELECT name FROM sqlite_master
          WHERE type = 'trigger'
            OR name IN (\(Schema.read.map { "'\($0)'" }.joined(separator: ", ")))
              AND (type <> 'table' OR rootpage = 0
                OR EXISTS (SELECT * FROM pragma_table_xinfo(sqlite_master.name) WHERE hidden <> 0))
          """)
    }
    if let wrong { throw .damaged(path: path, reason: "\(wrong) is none of its tables") }
  }
}

extension StoreError {
  /// What an error of the database engine means.
  init(_ error: any Error, at path: String) {
    guard let error = error as? DatabaseError else {
      // What is no error of SQLite's is a value that its column can't have.
      self = (error as? StoreError) ?? .damaged(path: path, reason: "\(error)")
      return
    }
    let reason = error.message ?? error.resultCode.description
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .foreign(path: path, reason: "it is no SQLite database")
    case .SQLITE_CORRUPT: self = .damaged(path: path, reason: reason)
    case .SQLITE_FULL: self = .notWritable(path: path, reason: "the disk is full")
    case .SQLITE_IOERR: self = .notWritable(path: path, reason: reason)
    case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
    case .SQLITE_CANTOPEN:
      self =
        errno == EMFILE || errno == ENFILE
        ? .tooManyFiles(path: path)
        : FileSystem.kind(of: path) == nil
          ? .notCreatable(path: path, reason: reason) : .readOnly(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .inUse(path: path, by: "")
    default: self = .failed(path: path, reason: reason)
    }
  }
}
