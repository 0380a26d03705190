import Synchronization
public import XAICore
import XAIFoundation
public import XAIImage
import XAITensor

/// Models and images that are asked about, again and again, from several places: what a page, a notebook or a program of
/// your own shares.
///
/// A model answers one short question and one long one at a time, and askers take turns. What is asked of a *view*, such as `tab-7/main`, ends what
/// the same view asked before: only the last stroke of a brush counts. The part of its name before the slash is the asker.
///
/// The last forward passes are kept, so that a second map of an image costs its backward pass alone.
public final class ExploreSession: Sendable {
  /// The explainers and metrics that are known.
  public let registry: Registry
  let images: ExploreImages
  private let known: Guarded<[ExploreModel]>
  private let asked = Guarded<[ViewKey: Asked]>([:])
  private let count = Guarded(0)
  /// Models whose classes were replaced by texts and are kept; the one that was used longest ago is forgotten first.
  static let textModelLimit = 4

  private struct ViewKey: Hashable {
    let view: String
    let purpose: String
  }

  /// A question that is being answered.
  private struct Asked {
    let number: Int
    let cancel: @Sendable () -> Void
  }

  /// Begins a session.
  ///
  /// - Parameters:
  ///   - models: the models, the default one first; at least one.
  ///   - images: what is asked about; more may be sent.
  ///   - registry: the explainers and metrics.
  ///   - pixelLimit: the most pixels of an image.
  public init(
    models: [ExploreModel], images: [ExploreImage], registry: Registry,
    pixelLimit: Int = RGBImage.defaultPixelLimit
  ) {
    require(!models.isEmpty, "a session is about a model")
    self.registry = registry
    known = Guarded(models)
    self.images = ExploreImages(images, pixelLimit: pixelLimit)
  }

  /// The models, those that were given texts last.
  public var models: [ExploreModel] { known.withLock { $0 } }

  /// A model by its id; the default one where nil.
  public func model(_ id: String?) throws(ExploreError) -> ExploreModel {
    let models = models
    guard let id else { return models[0] }
    guard let model = models.first(where: { $0.id == id }) else {
      throw ExploreError(
        .notFound,
        "there is no model '\(FileName.shown(String(id.prefix(100))))'; there are \(models.map(\.id).joined(separator: ", "))"
      )
    }
    return model
  }

  /// Adds a model with texts for classes; the oldest such model goes where there are too many.
  func add(_ model: ExploreModel) {
    known.withLock { models in
      guard !models.contains(where: { $0.id == model.id }) else { return }
      models.append(model)
      let texts = models.filter { $0.id.contains("~") }
      guard texts.count > Self.textModelLimit else { return }
      models.removeAll { $0 === texts[0] }
    }
  }

  /// Answers a question when it is the asker's turn, on the lane's thread.
  ///
  /// - Parameters:
  ///   - model: what is asked.
  ///   - length: how much is asked.
  ///   - purpose: what kind of question it is: only one of the same kind ends an earlier one.
  ///   - view: where it is asked; nil for nowhere in particular.
  ///   - work: the arithmetic, which looks for the task's cancellation.
  func turn<Value: Sendable>(
    of model: ExploreModel, _ length: Lanes.Length, for purpose: String, view: String?,
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let lane = model.lanes[length]
    let asker = view.map { String($0.prefix { $0 != "/" }) } ?? ""
    guard let view else {
      return try await lane.turns.taking(by: asker) { try await lane.thread.run(work) }
    }
    let key = ViewKey(view: view, purpose: purpose)
    let task = Task { try await lane.turns.taking(by: asker) { try await lane.thread.run(work) } }
    let number = count.withLock { count in
      count += 1
      return count
    }
    let earlier = asked.withLock { asked in
      let earlier = asked[key]
      asked[key] = Asked(number: number) { task.cancel() }
      return earlier
    }
    earlier?.cancel()
    defer {
      asked.withLock { asked in if asked[key]?.number == number { asked[key] = nil } }
    }
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch let error as CancellationError {
      let isLatest = asked.withLock { $0[key]?.number == number }
      if isLatest { throw error }
      throw ExploreError(.superseded, "the same view asked something else since")
    }
  }
}

/// Milliseconds that some work took, and what came of it.
func timed<Value>(_ work: () throws -> Value) rethrows -> (value: Value, milliseconds: Double) {
  let clock = ContinuousClock()
  let start = clock.now
  let value = try work()
  return (value, (clock.now - start) / .milliseconds(1))
}
