/// The progress of an explainer that takes many passes of a model, watched from outside.
///
/// Most explainers take one pass, so a watcher isn't a parameter of ``Explainer``: it's a task-local value, which whoever
/// has something to show or to stop sets around the call, and which nothing in between has to hand on.
public enum PassProgress {
  /// Is told how far an explainer is, on the thread of the work, and says whether to continue.
  public typealias Watcher = @Sendable (PassCount) -> Bool

  /// A watcher behind a reference: the optimiser of Swift 6.3 sets a task-local closure without the metadata of its type, which
  /// ends in a bad pointer.
  private final class Watching: Sendable {
    let tell: Watcher
    init(_ tell: @escaping Watcher) { self.tell = tell }
  }

  @TaskLocal private static var watching: Watching?

  /// Runs `body`; explainers in it tell `watcher` after each batch, and throw `CancellationError` where it says no.
  public static func watched<R>(by watcher: @escaping Watcher, _ body: () throws -> R) rethrows -> R {
    try $watching.withValue(Watching(watcher), operation: body)
  }

  /// Tells how far the work is; throws where it should stop: the watcher says so, or the task is cancelled.
  public static func tell(_ count: PassCount) throws(CancellationError) {
    if Task.isCancelled { throw CancellationError() }
    if let watching, !watching.tell(count) { throw CancellationError() }
  }
}

/// How many of its passes an explainer has taken.
public struct PassCount: Hashable, Sendable {
  /// The explainer as users write it.
  public let explainer: String
  /// Inputs that the model has seen.
  public let done: Int
  /// Inputs that it will see for this batch of images.
  public let total: Int

  /// Holds a count.
  public init(explainer: String, done: Int, total: Int) {
    self.explainer = explainer
    self.done = done
    self.total = total
  }
}
