import GRDB
import XAICore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ResultStore {
  /// Everything that a database of results holds, of one moment where a run writes it meanwhile.
  ///
  /// - Throws: `StoreError` where the file is not there, is none of these databases, or is damaged.
  public static func results(at path: String) throws -> EvaluationResults {
    let connection = try StoreConnection.reading(path)
    let experiment = try connection.experiment()
    let pictures = try connection.read { database in
      let reader = try ResultReader(database, experiment: experiment, path: path)
      return try reader.positions().map { try reader.picture(at: $0) }
    }
    return EvaluationResults(experiment: experiment, pictures: pictures)
  }
}

extension StoreConnection {
  /// Opens a database of results that is not going to be changed.
  static func reading(_ path: String) throws(StoreError) -> StoreConnection {
    do throws(StoreError) {
      return try reading(path, isReadOnly: true)
    } catch {
      guard case .readOnly = error else { throw error }
      // A run that was killed left a journal: taking back what it had begun needs the right to write.
      return try reading(path, isReadOnly: false)
    }
  }

  private static func reading(_ path: String, isReadOnly: Bool) throws(StoreError) -> StoreConnection {
    let connection = try StoreConnection(path: path, isReadOnly: isReadOnly)
    if case .empty = try connection.kind() { throw .foreign(path: path, reason: "it is empty") }
    return connection
  }

  /// What decides the results.
  func experiment() throws(StoreError) -> Experiment {
    let json = try meta(Schema.Key.experiment)
    guard let json, let experiment = try? JSONDecoder().decode(Experiment.self, from: Data(json.utf8)) else {
      throw .damaged(path: path, reason: "it does not say what was evaluated")
    }
    return experiment
  }

  /// An entry of the table `meta`.
  func meta(_ key: String) throws(StoreError) -> String? {
    try read { try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]) }
  }

  /// The places of the sample that have a result, ascending.
  func positions() throws(StoreError) -> [Int] {
    try read { try Int.fetchAll($0, sql: "SELECT position FROM pictures ORDER BY position") }
  }
}
