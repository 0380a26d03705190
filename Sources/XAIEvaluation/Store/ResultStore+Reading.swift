import GRDB

extension ResultStore {
  /// Everything that a database of results holds.
  ///
  /// - Throws: `StoreError` where the file is not there, is none of these databases, or is damaged.
  public static func results(at path: String) throws -> EvaluationResults {
    throw StoreError.missing(path: path)
  }
}
