import GRDB

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
}
