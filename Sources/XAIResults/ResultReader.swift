import GRDB
import XAICore
import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes results of rows.
struct ResultReader {
  private let database: Database
  private let experiment: Experiment
  private let path: String
  /// Where the points of each metric's curves are.
  private let curves: [[Double]?]

  init(_ database: Database, experiment: Experiment, path: String) throws {
    self.database = database
    self.experiment = experiment
    self.path = path
    let metrics: [MetricRecord] = try Self.fetch("SELECT * FROM metrics ORDER BY metric", [], from: database)
    guard metrics.count == experiment.metrics.count else { throw Self.wrong("metrics", path) }
    curves = try metrics.map { metric in
      guard let data = metric.curveX else { return nil }
      guard let x = Blob.numbers(data, as: Double.self) else { throw Self.wrong("metrics.curve_x", path) }
      return x
    }
  }

  func picture(at position: Int) throws -> PictureResult {
    let pictures: [PictureRecord] = try fetch("SELECT * FROM pictures WHERE position = ?", [position])
    guard let picture = pictures.first else { throw wrong("pictures") }
    let subjects: [SubjectRecord] = try fetch(
      "SELECT * FROM subjects WHERE position = ? ORDER BY subject", [position])
    return PictureResult(
      position: position, identifier: picture.identifier, label: picture.label,
      thumbnail: picture.thumbnail.map { [UInt8]($0) }, failure: picture.failure,
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
    return try zip(maps, values(position, subject)).map { map, values in
      guard let scores = Blob.numbers(map.scores, as: Float.self) else { throw wrong("maps.scores") }
      return MapResult(
        scores: scores,
        diagnostics: Diagnostics(
          headWeights: try heads(map.headWeights, "head_weights"),
          negativeGradientShare: try heads(map.negativeGradientShare, "negative_gradient_share"),
          attentionEntropy: try heads(map.attentionEntropy, "attention_entropy"),
          rankCollapse: map.rankCollapse), values: values)
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
