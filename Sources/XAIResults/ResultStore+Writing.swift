import GRDB
import XAICore
public import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ResultStore {
  /// Makes the tables: all of them or none.
  func create(shard: String?) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = String(decoding: try encoder.encode(experiment), as: UTF8.self)
    try connection.write { database in
      try database.execute(sql: Schema.tables)
      try MetaRecord(key: .experiment, value: json).insert(database)
      if let shard { try MetaRecord(key: .shard, value: shard).insert(database) }
      for (index, label) in experiment.model.labels.enumerated() {
        try ClassRecord(classIndex: index, label: label).insert(database)
      }
      for (index, explainer) in experiment.explainers.enumerated() {
        try ExplainerRecord(explainer, number: index).insert(database)
      }
      for (index, metric) in experiment.metrics.enumerated() {
        try MetricRecord(metric, number: index).insert(database)
      }
    }
  }

  /// Makes the tables that databases of before don't have.
  func complete() throws {
    let isComplete = try connection.read { database in
      let columns = Set(try database.columns(in: ImageRecord.databaseTableName).map(\.name))
      return try database.tableExists(SpotCheckRecord.databaseTableName)
        && database.tableExists(RunRecord.databaseTableName)
        && columns.isSuperset(of: ["is_unread", "label_rank"])
    }
    guard !isComplete else { return }
    try connection.write { database in
      try database.execute(sql: Schema.failures + Schema.checks + Schema.runsAndOutlines)
      let known = try database.columns(in: ImageRecord.databaseTableName).map(\.name)
      for column in Schema.addedColumns where !known.contains(where: { column.hasPrefix("\($0) ") }) {
        try database.execute(sql: "ALTER TABLE pictures ADD COLUMN \(column)")
      }
    }
  }

  /// Notes which program adds to the results, and how it was called: once, however often it is.
  public func add(_ run: RunIdentity) throws {
    try connection.write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO runs (program, command) VALUES (?, ?)",
        arguments: [run.program, run.command])
    }
  }

  /// Keeps the results of several images in one transaction.
  ///
  /// - Parameter replacing: whether results that are there already are replaced, as those of a group with an image that could not be
  ///   read; otherwise they are an error.
  package func add(_ results: [ImageResult], replacing: Bool = false) throws {
    for result in results { try check(result) }
    try connection.write { database in
      for result in results {
        if replacing { try database.remove(result.position) }
        try database.insert(result, at: path)
      }
    }
  }

  /// What the tables can't hold is a mistake of the caller, or of an explainer or metric of somebody else's.
  private func check(_ result: ImageResult) throws(StoreError) {
    func fail(_ reason: String) -> StoreError {
      .failed(path: path, reason: "\(result.identifier) can't be kept: \(reason)")
    }
    guard (0..<experiment.data.sampleCount).contains(result.position) else {
      throw fail("the sample has no place \(result.position)")
    }
    for subject in result.subjects {
      guard subject.maps.count == experiment.explainers.count else {
        throw fail("\(subject.maps.count) maps are not one per explainer")
      }
      for (map, explainer) in zip(subject.maps, experiment.explainers) {
        guard map.values.count == experiment.metrics.count else {
          throw fail("\(explainer.specification) does not have one value per metric")
        }
        let heads = [
          map.diagnostics.headWeights, map.diagnostics.negativeGradientShare,
          map.diagnostics.attentionEntropy,
        ]
        guard heads.allSatisfy({ $0?.allSatisfy { $0.count == experiment.model.headCount } ?? true }) else {
          throw fail("\(explainer.specification) has diagnostics for another number of heads than the model")
        }
      }
    }
  }
}

extension Database {
  /// Removes what is known of an image.
  fileprivate func remove(_ position: Int) throws {
    for table in ["map_failures", "measurements", "head_effects", "maps", "subjects", "outlines", "pictures"]
    {
      try cachedStatement(sql: "DELETE FROM \(table) WHERE position = ?").execute(arguments: [position])
    }
  }

  fileprivate func insert(_ result: ImageResult, at path: String) throws {
    let position = result.position
    try ImageRecord(result).insert(self)
    for (object, outline) in result.outlines.enumerated() {
      try OutlineRecord(
        position: position, object: object, classIndex: outline.classIndex, path: outline.path
      ).insert(self)
    }
    for (number, subject) in result.subjects.enumerated() {
      try SubjectRecord(subject, position: position, subject: number).insert(self)
      for (explainer, map) in subject.maps.enumerated() {
        try MapRecord(map, position: position, subject: number, explainer: explainer).insert(self)
        if let reason = map.failure {
          try MapFailureRecord(position: position, subject: number, explainer: explainer, reason: reason)
            .insert(self)
        }
        for (metric, value) in map.values.enumerated() {
          try MeasurementRecord(
            value, position: position, subject: number, explainer: explainer, metric: metric
          ).insert(self)
          if let x = value?.curve?.x { try setCurve(Blob.data(x), of: metric, at: path) }
        }
      }
      for (layer, effects) in (subject.headEffects ?? []).enumerated() {
        for (head, effect) in effects.enumerated() {
          try HeadEffectRecord(position: position, subject: number, layer: layer, head: head, effect: effect)
            .insert(self)
        }
      }
    }
  }

  /// Notes where the points of a metric's curves are: the same for all maps.
  private func setCurve(_ x: Data, of metric: Int, at path: String) throws {
    let known = try Data.fetchOne(
      cachedStatement(sql: "SELECT curve_x FROM metrics WHERE metric = ?"), arguments: [metric])
    guard known != x else { return }
    guard known == nil else {
      throw StoreError.failed(
        path: path, reason: "a metric gives curves whose points are at different places")
    }
    try cachedStatement(sql: "UPDATE metrics SET curve_x = ? WHERE metric = ?").execute(arguments: [
      x, metric,
    ])
  }
}
