import GRDB
import XAICore

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
    let curves = try Data?.fetchAll(database, sql: "SELECT curve_x FROM metrics ORDER BY metric")
    self.curves = try curves.map { data in
      guard let data else { return nil }
      guard let x = Blob.numbers(data, as: Double.self) else { throw Self.wrong("metrics.curve_x", path) }
      return x
    }
    guard curves.count == experiment.metrics.count else { throw Self.wrong("metrics", path) }
  }

  func positions() throws -> [Int] {
    try Int.fetchAll(database, sql: "SELECT position FROM pictures ORDER BY position")
  }

  func picture(at position: Int) throws -> PictureResult {
    guard let row = try rows("SELECT * FROM pictures WHERE position = ?", [position]).first else {
      throw wrong("pictures")
    }
    var result = PictureResult(
      position: position, identifier: try row.decode(forColumn: "identifier"),
      label: try row.decode(forColumn: "label"),
      thumbnail: try row.decode(Data?.self, forColumn: "thumbnail").map { [UInt8]($0) },
      failure: try row.decode(forColumn: "failure"))
    for row in try rows("SELECT * FROM subjects WHERE position = ? ORDER BY subject", [position]) {
      let subject = try row.decode(Int.self, forColumn: "subject")
      result.subjects.append(
        SubjectResult(
          classIndex: try row.decode(forColumn: "class_index"),
          probability: try row.decode(Double?.self, forColumn: "probability").map { Float($0) },
          isPredicted: try row.decode(forColumn: "is_predicted"),
          headEffects: try headEffects(position, subject), maps: try maps(position, subject)))
    }
    return result
  }

  private func headEffects(_ position: Int, _ subject: Int) throws -> [[Float]]? {
    let effects = try rows(
      "SELECT effect FROM head_effects WHERE position = ? AND subject = ? ORDER BY layer, head",
      [position, subject]
    ).map { Float(try $0.decode(Double.self, forColumn: "effect")) }
    return try effects.isEmpty ? nil : byLayer(effects, "head_effects.effect")
  }

  private func maps(_ position: Int, _ subject: Int) throws -> [MapResult] {
    var values = try values(position, subject)
    let maps = try rows(
      "SELECT * FROM maps WHERE position = ? AND subject = ? ORDER BY explainer", [position, subject]
    ).map { row in
      let data = try row.decode(Data.self, forColumn: "scores")
      guard let scores = Blob.numbers(data, as: Float.self) else { throw wrong("maps.scores") }
      let diagnostics = Diagnostics(
        headWeights: try heads(row, "head_weights"),
        negativeGradientShare: try heads(row, "negative_gradient_share"),
        attentionEntropy: try heads(row, "attention_entropy"),
        rankCollapse: try row.decode(Double?.self, forColumn: "rank_collapse").map { Float($0) })
      guard !values.isEmpty else { throw wrong("measurements") }
      return MapResult(scores: scores, diagnostics: diagnostics, values: values.removeFirst())
    }
    guard maps.count == experiment.explainers.count else { throw wrong("maps") }
    return maps
  }

  /// The values of each explainer's map.
  private func values(_ position: Int, _ subject: Int) throws -> [[MetricValue?]] {
    let rows = try rows(
      "SELECT value, curve_y FROM measurements WHERE position = ? AND subject = ? ORDER BY explainer, metric",
      [position, subject])
    let count = experiment.metrics.count
    guard rows.count == count * experiment.explainers.count else { throw wrong("measurements") }
    return try experiment.explainers.indices.map { explainer in
      try (0..<count).map { metric in
        let row = rows[explainer * count + metric]
        guard let number = try row.decode(Double?.self, forColumn: "value") else { return nil }
        guard let data = try row.decode(Data?.self, forColumn: "curve_y") else { return MetricValue(number) }
        guard let x = curves[metric], let y = Blob.numbers(data, as: Double.self), x.count == y.count else {
          throw wrong("measurements.curve_y")
        }
        return MetricValue(number, curve: MetricValue.Curve(x: x, y: y))
      }
    }
  }

  private func heads(_ row: Row, _ column: String) throws -> [[Float]]? {
    guard let data = try row.decode(Data?.self, forColumn: column) else { return nil }
    guard let numbers = Blob.numbers(data, as: Float.self) else { throw wrong("maps.\(column)") }
    return try byLayer(numbers, "maps.\(column)")
  }

  /// `[layer][head]` of numbers in a row.
  private func byLayer(_ numbers: [Float], _ place: String) throws(StoreError) -> [[Float]] {
    let heads = experiment.model.headCount
    guard heads > 0, numbers.count % heads == 0 else { throw wrong(place) }
    return stride(from: 0, to: numbers.count, by: heads).map { Array(numbers[$0..<$0 + heads]) }
  }

  private func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
    try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
  }

  private func wrong(_ place: String) -> StoreError { Self.wrong(place, path) }

  private static func wrong(_ place: String, _ path: String) -> StoreError {
    .damaged(path: path, reason: "\(place) holds something else than it has to")
  }
}
