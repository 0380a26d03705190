public import XAIImage

extension Explainer {
  /// Explains a photograph without holding up the actor that asks: the work is on a thread of the concurrent executor.
  ///
  /// Cancelling the task ends it between two layers of a pass.
  ///
  /// - Parameters:
  ///   - image: at any size.
  ///   - target: one class; by default the predicted one.
  ///   - model: the model to explain.
  /// - Throws: as the synchronous form, and `CancellationError`.
  public func explain(
    _ image: RGBImage, target: TargetSelection = .predicted, using model: any Model
  ) async throws -> Attribution {
    try Explanation(of: ["image": image], targets: target, by: [self], using: model)[Self.self]
  }

  /// Begins to explain a photograph, for those who want to see how far it is: `for await count in run.progress { … }`, then
  /// `try await run.value`.
  ///
  /// - Parameters:
  ///   - image: at any size.
  ///   - target: one class; by default the predicted one.
  ///   - model: the model to explain.
  public func begin(
    _ image: RGBImage, target: TargetSelection = .predicted, using model: any Model
  ) -> ExplanationRun<Attribution> {
    ExplanationRun {
      try Explanation(of: ["image": image], targets: target, by: [self], using: model)[Self.self]
    }
  }
}

extension Explanation {
  /// Begins to explain photographs, for those who want to see how far it is.
  ///
  /// - Parameters:
  ///   - images: the photographs, by names that tell them apart.
  ///   - selection: the classes that are asked about; by default the predicted one.
  ///   - explainers: the explainers.
  ///   - model: the model to explain.
  public static func begin(
    of images: NamedImages, targets selection: TargetSelection = .predicted,
    by explainers: [any Explainer], using model: any Model
  ) -> ExplanationRun<Explanation> {
    ExplanationRun { try Explanation(of: images, targets: selection, by: explainers, using: model) }
  }
}

/// Work of explainers that goes on by itself, with its progress.
///
/// Nothing stops it but ``cancel()``, or the end of the task that waits for its ``value``.
public struct ExplanationRun<Value: Sendable>: Sendable {
  /// How far explainers of many passes are, after each batch; ends with the work.
  ///
  /// A reader that is slow sees the latest count.
  public let progress: AsyncStream<PassCount>
  private let task: Task<Value, any Error>

  init(_ work: @escaping @Sendable () throws -> Value) {
    let (progress, counts) = AsyncStream.makeStream(of: PassCount.self, bufferingPolicy: .bufferingNewest(1))
    self.progress = progress
    task = Task.detached {
      defer { counts.finish() }
      return try PassProgress.watched(
        by: { count in
          counts.yield(count)
          return true
        }, work)
    }
  }

  /// What came of it.
  ///
  /// - Throws: what the work throws, and `CancellationError` where it or the task that waits was cancelled.
  public var value: Value {
    get async throws {
      try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    }
  }

  /// Ends the work between two layers of a pass.
  public func cancel() { task.cancel() }
}
