import GRDB
public import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An image that could not be evaluated.
public struct PictureFailure: Hashable, Sendable {
  /// Its name in the data set.
  public let identifier: String
  /// Why.
  public let reason: String
}

/// The mean of a metric over the maps of an explainer.
public struct MeanValue: Hashable, Sendable {
  /// Which explainer of the experiment.
  public let explainer: Int
  /// Which metric of the experiment.
  public let metric: Int
  /// The mean; nil where no map has a value.
  public let mean: Double?
  /// How many maps have one.
  public let count: Int
}

extension ResultStore {
  /// Everything that a database of results holds, of one moment where a run writes it meanwhile.
  ///
  /// - Throws: `StoreError` where the file is not there, is none of these databases, or is damaged.
  public static func results(at path: String) throws -> EvaluationResults {
    let connection = try StoreConnection.reading(path)
    let experiment = try connection.experiment()
    let pictures = try connection.read { database in
      let reader = try ResultReader(database, experiment: experiment, path: path)
      return try PictureRecord.positions(database).map { try reader.picture(at: $0) }
    }
    return EvaluationResults(experiment: experiment, pictures: pictures)
  }

  /// The mean of each metric for each explainer, over what has been done.
  public func means() throws -> [MeanValue] {
    try connection.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT explainer, metric, AVG(value) AS mean, COUNT(value) AS count FROM measurements
          GROUP BY explainer, metric ORDER BY explainer, metric
          """
      ).map { row in
        MeanValue(
          explainer: try row.decode(forColumn: "explainer"), metric: try row.decode(forColumn: "metric"),
          mean: try row.decode(forColumn: "mean"), count: try row.decode(forColumn: "count"))
      }
    }
  }

  /// The images that could not be evaluated, in the order of the sample.
  public func failures() throws -> [PictureFailure] {
    try connection.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT identifier, failure FROM pictures WHERE failure IS NOT NULL ORDER BY position"
      ).map {
        PictureFailure(
          identifier: try $0.decode(forColumn: "identifier"), reason: try $0.decode(forColumn: "failure"))
      }
    }
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
    let json = try meta(.experiment)
    guard let json, let experiment = try? JSONDecoder().decode(Experiment.self, from: Data(json.utf8)) else {
      throw .damaged(path: path, reason: "it does not say what was evaluated")
    }
    return experiment
  }

  /// An entry of the table `meta`.
  func meta(_ key: MetaRecord.Key) throws(StoreError) -> String? {
    try read { try MetaRecord.fetchOne($0, key: key)?.value }
  }

  /// The places of the sample that have a result, ascending.
  func positions() throws(StoreError) -> [Int] {
    try read { try PictureRecord.positions($0) }
  }
}
