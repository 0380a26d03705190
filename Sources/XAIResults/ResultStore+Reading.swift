import GRDB
import XAICore
public import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An image that could not be evaluated.
public struct ImageFailure: Hashable, Sendable {
  /// Its name in the data set.
  public let identifier: String
  /// Why.
  public let reason: String
  /// Whether it could not be read, which may pass.
  public let isUnread: Bool
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
  /// Everything that a database of results holds; what a run adds meanwhile is left out.
  ///
  /// - Throws: `StoreError` where the file is not there, is none of these databases, or is damaged.
  public static func results(at path: String) throws -> EvaluationResults {
    let connection = try StoreConnection.reading(path)
    let experiment = try connection.experiment()
    let images = try connection.images(at: connection.positions()[...], of: experiment)
    return EvaluationResults(
      experiment: experiment, images: images, kernelChecks: try connection.kernelChecks(),
      runs: try connection.runs())
  }

  /// The results that a database holds, read image by image.
  ///
  /// - Parameter keepsOpen: whether the file stays open; of many files at once each is opened when it is read.
  /// - Throws: as `results(at:)`, here and where images are read.
  public static func stream(at path: String, keepsOpen: Bool = true) throws -> ResultStream {
    let connection = try StoreConnection.reading(path)
    let experiment = try connection.experiment()
    let kept = keepsOpen ? connection : nil
    return ResultStream(
      experiment: experiment, positions: try connection.positions(),
      kernelChecks: try connection.kernelChecks(), runs: try connection.runs(),
      evaluatedCount: {
        try (kept ?? StoreConnection.reading(path)).read {
          try Int.fetchOne(
            $0,
            sql: """
              SELECT COUNT(*) FROM pictures
              WHERE failure IS NULL AND EXISTS (SELECT * FROM subjects WHERE subjects.position = pictures.position)
              """) ?? 0
        }
      }, read: { try (kept ?? StoreConnection.reading(path)).images(at: $0, of: experiment) })
  }

  /// What decided the results that a database holds.
  ///
  /// - Throws: as `results(at:)`.
  public static func experiment(at path: String) throws -> Experiment {
    try StoreConnection.reading(path).experiment()
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
  public func failures() throws -> [ImageFailure] {
    try connection.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT * FROM pictures WHERE failure IS NOT NULL ORDER BY position"
      ).map(ImageRecord.init(row:)).map {
        ImageFailure(identifier: $0.identifier, reason: $0.failure ?? "", isUnread: $0.isUnread ?? false)
      }
    }
  }
}

/// The maps of an explainer that could not be made, or lack a value.
public struct MapFailures: Hashable, Sendable {
  /// Which explainer of the experiment.
  public let explainer: Int
  /// How many.
  public let count: Int
  /// Why the first of them.
  public let reason: String
}

extension ResultStore {
  /// How many maps of each explainer are the same everywhere, of explainers that have any.
  public func flatMaps() throws -> [(explainer: Int, count: Int)] {
    try connection.read { database in
      try Row.fetchAll(
        database,
        sql:
          "SELECT explainer, COUNT(*) AS count FROM maps WHERE is_degenerate GROUP BY explainer ORDER BY explainer"
      ).map { (try $0.decode(forColumn: "explainer"), try $0.decode(forColumn: "count")) }
    }
  }

  /// The maps that could not be made or lack a value, of each explainer that has any.
  public func mapFailures() throws -> [MapFailures] {
    try connection.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT explainer, COUNT(*) AS count, reason, MIN(position * 1000000 + subject) FROM map_failures
          GROUP BY explainer ORDER BY explainer
          """
      ).map { row in
        MapFailures(
          explainer: try row.decode(forColumn: "explainer"), count: try row.decode(forColumn: "count"),
          reason: try row.decode(forColumn: "reason"))
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
    if let contradiction = experiment.contradiction {
      throw .damaged(path: path, reason: "it says that \(contradiction), which can't be")
    }
    return experiment
  }

  /// An entry of the table `meta`.
  func meta(_ key: MetaRecord.Key) throws(StoreError) -> String? {
    try read { try MetaRecord.fetchOne($0, key: key)?.value }
  }

  /// The programs that added to the results; none where the database is from before they were kept.
  func runs() throws(StoreError) -> [RunIdentity] {
    try read { database in
      guard try database.tableExists(RunRecord.databaseTableName) else { return [] }
      return try Row.fetchAll(database, sql: "SELECT program, command FROM runs").map {
        let record = try RunRecord(row: $0)
        return RunIdentity(program: record.program, command: record.command)
      }.sorted()
    }
  }

  /// The places of the sample that have a result, ascending.
  func positions() throws(StoreError) -> [Int] {
    let positions = try read { database in
      // A count first: a file of anybody's may have any number of rows.
      let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM pictures") ?? 0
      return count <= Experiment.mostPlaces ? try ImageRecord.positions(database) : nil
    }
    guard let positions, positions.first ?? 0 >= 0, positions.last ?? 0 < Experiment.mostPlaces else {
      throw .damaged(path: path, reason: "pictures.position holds something else than it has to")
    }
    return positions
  }

  /// The results at some places, in their order.
  func images(at positions: ArraySlice<Int>, of experiment: Experiment) throws(StoreError) -> [ImageResult] {
    try read { try ResultReader($0, experiment: experiment, path: path).images(at: positions) }
  }
}
