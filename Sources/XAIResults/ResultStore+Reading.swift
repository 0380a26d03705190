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
    let images = try connection.read { database in
      let reader = try ResultReader(database, experiment: experiment, path: path)
      return try ImageRecord.positions(database).map { try reader.image(at: $0) }
    }
    return EvaluationResults(experiment: experiment, images: images)
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
        sql: "SELECT identifier, failure FROM pictures WHERE failure IS NOT NULL ORDER BY position"
      ).map {
        ImageFailure(
          identifier: try $0.decode(forColumn: "identifier"), reason: try $0.decode(forColumn: "failure"))
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
    return experiment
  }

  /// An entry of the table `meta`.
  func meta(_ key: MetaRecord.Key) throws(StoreError) -> String? {
    try read { try MetaRecord.fetchOne($0, key: key)?.value }
  }

  /// The places of the sample that have a result, ascending.
  func positions() throws(StoreError) -> [Int] {
    try read { try ImageRecord.positions($0) }
  }
}

/// Makes results of rows.
struct ResultReader {
  private let database: Database
  private let experiment: Experiment
  private let path: String
  /// Where the points of each metric's curves are.
  private let curves: [[Double]?]
  /// Whether there is a table of maps that could not be made: databases of before have none.
  private let hasFailures: Bool

  init(_ database: Database, experiment: Experiment, path: String) throws {
    self.database = database
    self.experiment = experiment
    self.path = path
    let metrics: [MetricRecord] = try Self.fetch("SELECT * FROM metrics ORDER BY metric", [], from: database)
    guard metrics.count == experiment.metrics.count else { throw Self.wrong("metrics", path) }
    hasFailures = try database.tableExists(MapFailureRecord.databaseTableName)
    curves = try metrics.map { metric in
      guard let data = metric.curveX else { return nil }
      guard let x = Blob.numbers(data, as: Double.self) else { throw Self.wrong("metrics.curve_x", path) }
      return x
    }
  }

  func image(at position: Int) throws -> ImageResult {
    let images: [ImageRecord] = try fetch("SELECT * FROM pictures WHERE position = ?", [position])
    guard let image = images.first else { throw wrong("pictures") }
    let subjects: [SubjectRecord] = try fetch(
      "SELECT * FROM subjects WHERE position = ? ORDER BY subject", [position])
    return ImageResult(
      position: position, identifier: image.identifier, label: image.label,
      thumbnail: image.thumbnail.map { [UInt8]($0) }, failure: image.failure,
      subjects: try subjects.map { subject in
        SubjectResult(
          classIndex: subject.classIndex, probability: subject.probability, isPredicted: subject.isPredicted,
          headEffects: try headEffects(position, subject.subject), maps: try maps(position, subject.subject))
      })
  }

  private func headEffects(_ position: Int, _ subject: Int) throws -> [[Float]]? {
    let effects: [HeadEffectRecord] = try fetch(
      "SELECT * FROM head_effects WHERE position = ? AND subject = ? ORDER BY layer, head",
      [position, subject])
    return try effects.isEmpty ? nil : byLayer(effects.map(\.effect), "head_effects.effect")
  }

  private func maps(_ position: Int, _ subject: Int) throws -> [MapResult] {
    let maps: [MapRecord] = try fetch(
      "SELECT * FROM maps WHERE position = ? AND subject = ? ORDER BY explainer", [position, subject])
    guard maps.count == experiment.explainers.count else { throw wrong("maps") }
    let failures: [MapFailureRecord] =
      try hasFailures
      ? fetch("SELECT * FROM map_failures WHERE position = ? AND subject = ?", [position, subject]) : []
    return try zip(maps, values(position, subject)).map { map, values in
      guard let scores = Blob.numbers(map.scores, as: Float.self) else { throw wrong("maps.scores") }
      return MapResult(
        scores: scores,
        diagnostics: Diagnostics(
          headWeights: try heads(map.headWeights, "head_weights"),
          negativeGradientShare: try heads(map.negativeGradientShare, "negative_gradient_share"),
          attentionEntropy: try heads(map.attentionEntropy, "attention_entropy"),
          rankCollapse: map.rankCollapse), values: values,
        failure: failures.first { $0.explainer == map.explainer }?.reason)
    }
  }

  /// The values of each explainer's map.
  private func values(_ position: Int, _ subject: Int) throws -> [[MetricValue?]] {
    let measurements: [MeasurementRecord] = try fetch(
      "SELECT * FROM measurements WHERE position = ? AND subject = ? ORDER BY explainer, metric",
      [position, subject])
    let count = experiment.metrics.count
    guard measurements.count == count * experiment.explainers.count else { throw wrong("measurements") }
    return try experiment.explainers.indices.map { explainer in
      try (0..<count).map { metric in
        let measurement = measurements[explainer * count + metric]
        guard let number = measurement.value else { return nil }
        guard let data = measurement.curveY else { return MetricValue(number) }
        guard let x = curves[metric], let y = Blob.numbers(data, as: Double.self), x.count == y.count else {
          throw wrong("measurements.curve_y")
        }
        return MetricValue(number, curve: MetricValue.Curve(x: x, y: y))
      }
    }
  }

  private func heads(_ data: Data?, _ column: String) throws -> [[Float]]? {
    guard let data else { return nil }
    guard let numbers = Blob.numbers(data, as: Float.self) else { throw wrong("maps.\(column)") }
    return try byLayer(numbers, "maps.\(column)")
  }

  /// `[layer][head]` of numbers in a row.
  private func byLayer(_ numbers: [Float], _ place: String) throws(StoreError) -> [[Float]] {
    let heads = experiment.model.headCount
    guard heads > 0, numbers.count % heads == 0 else { throw wrong(place) }
    return stride(from: 0, to: numbers.count, by: heads).map { Array(numbers[$0..<$0 + heads]) }
  }

  private func fetch<Record: FetchableRecord>(_ sql: String, _ arguments: StatementArguments) throws
    -> [Record]
  {
    try Self.fetch(sql, arguments, from: database)
  }

  /// Makes records of copied rows: those of a running statement take any value for a number.
  private static func fetch<Record: FetchableRecord>(
    _ sql: String, _ arguments: StatementArguments, from database: Database
  ) throws -> [Record] {
    try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments).map(Record.init(row:))
  }

  private func wrong(_ place: String) -> StoreError { Self.wrong(place, path) }

  private static func wrong(_ place: String, _ path: String) -> StoreError {
    .damaged(path: path, reason: "\(place) holds something else than it has to")
  }
}
