import GRDB

/// The results of an evaluation in a SQLite file, one transaction a picture.
public final class ResultStore: Sendable {
  init() {}
}
