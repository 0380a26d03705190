import XAIFoundation

/// The right to write a database: a lock on the file beside it, which the system takes back when the process dies.
///
/// SQLite's own locks last for a transaction; between two of them a second run would slip in and do the same images.
final class StoreLock: Sendable {
  private let lock: FileLock

  /// Takes the lock of a database; throws `StoreError.inUse` at once where another process has it.
  init(of database: String) throws(StoreError) {
    do throws(FileLock.Failure) {
      lock = try FileLock(at: "\(database).lock")
    } catch {
      switch error {
      case .inUse(let owner): throw .inUse(path: database, by: owner)
      case .notCreatable(let reason): throw .notCreatable(path: "\(database).lock", reason: reason)
      }
    }
  }
}
