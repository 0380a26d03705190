import Dispatch

/// A thread for arithmetic, so that none of those that answer requests is held up by it.
///
/// What runs on it stays part of its task, whose cancellation models and explainers look for.
final class WorkThread: TaskExecutor {
  private let queue: DispatchQueue

  init(_ name: String) { queue = DispatchQueue(label: name) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// Runs `body` on the thread.
  func run<Value: Sendable>(_ body: @Sendable () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(self) {
      try Task.checkCancellation()
      return try body()
    }
  }
}
