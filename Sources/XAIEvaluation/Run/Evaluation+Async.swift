extension Evaluation {
  /// Evaluates the images in memory without holding up the actor that asks: the work is on a thread of the concurrent
  /// executor.
  ///
  /// - Throws: what is wrong with an image where `isStrict` is set, and `CancellationError` where the task is cancelled; what was
  ///   done by then is lost, unless ``events()`` gave it.
  public func results() async throws -> EvaluationResults {
    let results = try self.results(modelHash: "")
    try Task.checkCancellation()
    return results
  }

  /// What happens while the images are evaluated, each with its result as soon as it has one.
  ///
  /// Leaving the loop ends the work between two layers of a pass.
  public func events() -> AsyncThrowingStream<EvaluationEvent, any Error> {
    AsyncThrowingStream { events in
      let task = Task.detached {
        do {
          _ = try self.results(modelHash: "") { event in
            events.yield(event)
            try Task.checkCancellation()
          }
          events.finish()
        } catch {
          events.finish(throwing: error)
        }
      }
      events.onTermination = { _ in task.cancel() }
    }
  }
}
