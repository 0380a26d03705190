import GRDB

/// A picture that could not be evaluated.
public struct PictureFailure: Hashable, Sendable {
  /// Its name in the data set.
  public let identifier: String
  /// Why.
  public let reason: String
}

extension ResultStore {
  /// The pictures that could not be evaluated, in the order of the sample.
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
