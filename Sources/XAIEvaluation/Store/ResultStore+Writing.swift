import GRDB
import XAICore

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
      let meta = [(Schema.Key.experiment, json)] + (shard.map { [(Schema.Key.shard, $0)] } ?? [])
      for (key, value) in meta {
        try database.execute(sql: "INSERT INTO meta VALUES (?, ?)", arguments: [key, value])
      }
      for (index, label) in experiment.model.labels.enumerated() {
        try database.insert("classes", [index, label])
      }
      for (index, explainer) in experiment.explainers.enumerated() {
        let descriptor = explainer.descriptor
        try database.insert(
          "explainers",
          [index, explainer.specification, descriptor.id, descriptor.title, descriptor.family.rawValue])
      }
      for (index, metric) in experiment.metrics.enumerated() {
        let descriptor = metric.descriptor
        try database.insert(
          "metrics",
          [
            index, metric.specification, descriptor.id, descriptor.title, descriptor.direction.rawValue,
            descriptor.unit, metric.protocolName, metric.protocolText, metric.protocolHash, nil,
          ])
      }
    }
  }

  /// Keeps the results of several pictures in one transaction.
  func add(_ results: [PictureResult]) throws {
    for result in results { try check(result) }
    try connection.write { database in
      for result in results { try database.insert(result, at: path) }
    }
  }

  /// What the tables can't hold is a mistake of the caller, or of an explainer or metric of somebody else's.
  private func check(_ result: PictureResult) throws(StoreError) {
    func fail(_ reason: String) -> StoreError {
      .failed(path: path, reason: "\(result.identifier) can't be kept: \(reason)")
    }
    guard (0..<experiment.data.sampleCount).contains(result.position) else {
      throw fail("the sample has no place \(result.position)")
    }
    for subject in result.subjects {
      guard subject.maps.count == experiment.explainers.count else {
        throw fail("\(subject.maps.count) maps are not one an explainer")
      }
      for (map, explainer) in zip(subject.maps, experiment.explainers) {
        guard map.values.count == experiment.metrics.count else {
          throw fail("\(explainer.specification) has not one value a metric")
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
  /// Adds a row with a value for each column.
  fileprivate func insert(_ table: String, _ values: [(any DatabaseValueConvertible)?]) throws {
    let marks = values.map { _ in "?" }.joined(separator: ", ")
    try cachedStatement(sql: "INSERT INTO \(table) VALUES (\(marks))").execute(
      arguments: StatementArguments(values))
  }

  fileprivate func insert(_ result: PictureResult, at path: String) throws {
    try insert(
      "pictures",
      [result.position, result.identifier, result.label, result.failure, result.thumbnail.map { Data($0) }])
    for (number, subject) in result.subjects.enumerated() {
      try insert(
        "subjects",
        [
          result.position, number, subject.classIndex, subject.probability.map { Double($0) },
          subject.isPredicted,
        ])
      for (explainer, map) in subject.maps.enumerated() {
        try insert(map, key: [result.position, number, explainer], at: path)
      }
      for (layer, effects) in (subject.headEffects ?? []).enumerated() {
        for (head, effect) in effects.enumerated() {
          try insert("head_effects", [result.position, number, layer, head, Double(effect)])
        }
      }
    }
  }

  private func insert(_ map: MapResult, key: [Int], at path: String) throws {
    let diagnostics = map.diagnostics
    let heads = [diagnostics.headWeights, diagnostics.negativeGradientShare, diagnostics.attentionEntropy]
    try insert(
      "maps",
      key + [Blob.data(map.scores), map.isDegenerate, diagnostics.rankCollapse.map { Double($0) }]
        + heads.map { $0.map { Blob.data($0.flatMap { $0 }) } })
    for (metric, value) in map.values.enumerated() {
      try insert("measurements", key + [metric, value?.number, value?.curve.map { Blob.data($0.y) }])
      if let x = value?.curve?.x { try setCurve(Blob.data(x), of: metric, at: path) }
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
