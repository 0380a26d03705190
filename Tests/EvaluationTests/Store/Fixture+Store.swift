import XAI

@testable import XAIEvaluation

extension Fixture {
  /// Runs an evaluation; false where it was stopped.
  static func finishes(
    _ evaluation: Evaluation, into store: ResultStore, shard: Shard = .whole,
    tell: (EvaluationEvent) throws -> Void = { _ in }
  ) throws -> Bool {
    do {
      try evaluation.run(into: store, shard: shard, tell: tell)
      return true
    } catch is CancellationError {
      return false
    }
  }
}
