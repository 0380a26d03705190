import GRDB
import XAICore
import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes results of rows.
///
/// Rows of several images are read by one statement per table, and columns by their numbers: an evaluation has millions of rows.
struct ResultReader {
  private let database: Database
  private let experiment: Experiment
  private let path: String
  /// Where the points of each metric's curves are.
  private let curves: [[Double]?]
  /// Whether there is a table of maps that could not be made: databases of before have none.
  private let hasFailures: Bool
  /// Whether there is a table of objects' outlines: databases of before have none.
  private let hasOutlines: Bool

  init(_ database: Database, experiment: Experiment, path: String) throws {
    self.database = database
    self.experiment = experiment
    self.path = path
    let metrics = try Row.fetchAll(database, sql: "SELECT * FROM metrics ORDER BY metric").map(
      MetricRecord.init(row:))
    guard metrics.count == experiment.metrics.count else { throw Self.wrong("metrics", path) }
    hasFailures = try database.tableExists(MapFailureRecord.databaseTableName)
    hasOutlines = try database.tableExists(OutlineRecord.databaseTableName)
    curves = try metrics.map { metric in
      guard let data = metric.curveX else { return nil }
      guard let x = Blob.numbers(data, as: Double.self) else { throw Self.wrong("metrics.curve_x", path) }
      return x
    }
  }

  /// The results at some places, in their order.
  func images(at positions: ArraySlice<Int>) throws -> [ImageResult] {
    guard let first = positions.first, let last = positions.last else { return [] }
    let wanted = Set(positions)
    // A run may have added others meanwhile.
    let records = try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT * FROM pictures WHERE position BETWEEN ? AND ? ORDER BY position"),
      arguments: [first, last]
    ).map(ImageRecord.init(row:)).filter { wanted.contains($0.position) }
    guard records.count == positions.count else { throw wrong("pictures") }
    let subjects = try subjects(from: first, to: last)
    let outlines = try outlines(from: first, to: last)
    return records.map { record in
      ImageResult(
        position: record.position, identifier: record.identifier, label: record.label,
        labelRank: record.labelRank, thumbnail: record.thumbnail.map { [UInt8]($0) },
        outlines: outlines[record.position] ?? [], failure: record.failure,
        isUnread: record.isUnread ?? false, content: record.content, kernels: record.kernels,
        subjects: subjects[record.position] ?? [])
    }
  }

  private func outlines(from first: Int, to last: Int) throws -> [Int: [ObjectOutline]] {
    guard hasOutlines else { return [:] }
    var outlines: [Int: [ObjectOutline]] = [:]
    let table = "position, object, class_index, path FROM outlines"
    try forEachRow(table, order: "position, object", from: first, to: last) { row in
      guard let classIndex = row.int(2), let path = String.fromDatabaseValue(row.value(3)) else {
        throw wrong("outlines")
      }
      outlines[try place(row, "outlines").position, default: []].append(
        ObjectOutline(classIndex: classIndex, path: path))
    }
    return outlines
  }

  private func subjects(from first: Int, to last: Int) throws -> [Int: [SubjectResult]] {
    let effects = try headEffects(from: first, to: last)
    var maps = try maps(from: first, to: last)
    var subjects: [Int: [SubjectResult]] = [:]
    let table = "position, subject, class_index, probability, is_predicted FROM subjects"
    try forEachRow(table, order: "position, subject", from: first, to: last) { row in
      let place = try place(row, "subjects")
      guard let classIndex = row.int(2) else { throw wrong("subjects.class_index") }
      guard let isPredicted = row.int(4) else { throw wrong("subjects.is_predicted") }
      let probability = try row.number(3, or: wrong("subjects.probability"))
      guard let own = maps.removeValue(forKey: place), own.count == experiment.explainers.count else {
        throw wrong("maps")
      }
      subjects[place.position, default: []].append(
        SubjectResult(
          classIndex: classIndex, probability: probability.map { Float($0) }, isPredicted: isPredicted != 0,
          headEffects: try effects[place].map { try byLayer($0, "head_effects.effect") }, maps: own))
    }
    return subjects
  }

  private func headEffects(from first: Int, to last: Int) throws -> [Place: [Float]] {
    var effects: [Place: [Float]] = [:]
    try forEachRow(
      "position, subject, effect FROM head_effects", order: "position, subject, layer, head", from: first,
      to: last
    ) { row in
      guard let effect = try row.number(2, or: wrong("head_effects.effect")) else {
        throw wrong("head_effects.effect")
      }
      effects[try place(row, "head_effects"), default: []].append(Float(effect))
    }
    return effects
  }

  private func maps(from first: Int, to last: Int) throws -> [Place: [MapResult]] {
    let values = try values(from: first, to: last)
    let failures = try failures(from: first, to: last)
    var maps: [Place: [MapResult]] = [:]
    let table =
      "position, subject, explainer, scores, rank_collapse, head_weights, negative_gradient_share, attention_entropy FROM maps"
    try forEachRow(table, order: "position, subject, explainer", from: first, to: last) { row in
      let place = try place(row, "maps")
      guard let explainer = row.int(2) else { throw wrong("maps.explainer") }
      guard let data = row.data(3), let scores = Blob.numbers(data, as: Float.self) else {
        throw wrong("maps.scores")
      }
      let number = maps[place]?.count ?? 0
      guard let own = values[place], own.indices.contains(number) else { throw wrong("measurements") }
      let collapse = try row.number(4, or: wrong("maps.rank_collapse"))
      maps[place, default: []].append(
        MapResult(
          scores: scores,
          diagnostics: Diagnostics(
            headWeights: try heads(row, 5, "head_weights"),
            negativeGradientShare: try heads(row, 6, "negative_gradient_share"),
            attentionEntropy: try heads(row, 7, "attention_entropy"), rankCollapse: collapse.map { Float($0) }
          ),
          values: own[number], failure: failures[place]?[explainer]))
    }
    return maps
  }

  private func failures(from first: Int, to last: Int) throws -> [Place: [Int: String]] {
    guard hasFailures else { return [:] }
    var failures: [Place: [Int: String]] = [:]
    let table = "position, subject, explainer, reason FROM map_failures"
    try forEachRow(table, order: "position", from: first, to: last) { row in
      guard let explainer = row.int(2), let reason = String.fromDatabaseValue(row.value(3)) else {
        throw wrong("map_failures")
      }
      failures[try place(row, "map_failures"), default: [:]][explainer] = reason
    }
    return failures
  }

  /// The values of each explainer's map.
  private func values(from first: Int, to last: Int) throws -> [Place: [[MetricValue?]]] {
    let (metricCount, explainerCount) = (experiment.metrics.count, experiment.explainers.count)
    var flat: [Place: [MetricValue?]] = [:]
    let table = "position, subject, metric, value, curve_y FROM measurements"
    try forEachRow(table, order: "position, subject, explainer, metric", from: first, to: last) { row in
      let place = try place(row, "measurements")
      guard let metric = row.int(2), curves.indices.contains(metric) else {
        throw wrong("measurements.metric")
      }
      var value: MetricValue?
      if let number = try row.number(3, or: wrong("measurements.value")) {
        value = MetricValue(number)
        let curve = row.value(4)
        if !curve.isNull {
          guard let x = curves[metric], let data = row.data(4), let y = Blob.numbers(data, as: Double.self),
            x.count == y.count
          else { throw wrong("measurements.curve_y") }
          value = MetricValue(number, curve: MetricValue.Curve(x: x, y: y))
        }
      }
      flat[place, default: []].append(value)
    }
    return try flat.mapValues { values in
      guard values.count == metricCount * explainerCount else { throw wrong("measurements") }
      return (0..<explainerCount).map { Array(values[$0 * metricCount..<($0 + 1) * metricCount]) }
    }
  }

  private func heads(_ row: Row, _ index: Int, _ column: String) throws -> [[Float]]? {
    guard !row.value(index).isNull else { return nil }
    guard let data = row.data(index), let numbers = Blob.numbers(data, as: Float.self) else {
      throw wrong("maps.\(column)")
    }
    return try byLayer(numbers, "maps.\(column)")
  }

  /// `[layer][head]` of numbers in a row.
  private func byLayer(_ numbers: [Float], _ place: String) throws(StoreError) -> [[Float]] {
    let heads = experiment.model.headCount
    guard heads > 0, numbers.count % heads == 0 else { throw wrong(place) }
    return stride(from: 0, to: numbers.count, by: heads).map { Array(numbers[$0..<$0 + heads]) }
  }
}

extension ResultReader {
  /// A class of an image.
  private struct Place: Hashable {
    let position: Int
    let subject: Int
  }

  private func place(_ row: Row, _ table: String) throws -> Place {
    guard let position = row.int(0), let subject = row.int(1) else { throw wrong(table) }
    return Place(position: position, subject: subject)
  }

  /// Hands over the rows of some places, which are valid until the next one.
  private func forEachRow(
    _ table: String, order: String, from first: Int, to last: Int, _ body: (Row) throws -> Void
  ) throws {
    let statement = try database.cachedStatement(
      sql: "SELECT \(table) WHERE position BETWEEN ? AND ? ORDER BY \(order)")
    let rows = try Row.fetchCursor(statement, arguments: [first, last])
    while let row = try rows.next() { try body(row) }
  }

  private func wrong(_ place: String) -> StoreError { Self.wrong(place, path) }

  private static func wrong(_ place: String, _ path: String) -> StoreError {
    .damaged(path: path, reason: "\(place) holds something else than it has to")
  }
}

/// Values by their kind: a row of a running statement would turn any value into the one that is asked for.
extension Row {
  fileprivate func value(_ index: Int) -> DatabaseValue { self[index] }

  fileprivate func int(_ index: Int) -> Int? {
    if case .int64(let number) = value(index).storage { Int(exactly: number) } else { nil }
  }

  fileprivate func data(_ index: Int) -> Data? {
    if case .blob(let data) = value(index).storage { data } else { nil }
  }

  /// A number, nil for none; throws for what is something else.
  fileprivate func number(_ index: Int, or error: @autoclosure () -> StoreError) throws(StoreError) -> Double?
  {
    switch value(index).storage {
    case .null: return nil
    case .int64(let number): return Double(number)
    case .double(let number): return number
    case .string, .blob: throw error()
    }
  }
}
