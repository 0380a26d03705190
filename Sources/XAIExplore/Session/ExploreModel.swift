public import XAICore
import XAIFoundation
import XAIImage
import XAITensor
public import XAIWeights

/// A model of a session.
///
/// It answers two questions at a time at most: one that takes a few passes, and one that takes many.
public final class ExploreModel: Sendable {
  /// How it was loaded, so that it can be loaded again with classes that are texts.
  public struct Origin: Sendable {
    /// The directory.
    public var directory: ModelDirectory
    /// What it was loaded with.
    public var request: LoadRequest
    /// What the command's user wrote for it.
    public var text: String
    /// What the command's user wrote for classes that come from a file; empty for the model's own, and for texts.
    public var classArguments: [String]

    /// Describes where a model came from.
    public init(
      directory: ModelDirectory, request: LoadRequest, text: String, classArguments: [String] = []
    ) {
      (self.directory, self.request) = (directory, request)
      (self.text, self.classArguments) = (text, classArguments)
    }
  }

  /// What a trace is kept under: another recording is another pass, whose last bits may differ.
  struct TraceKey: Hashable {
    let image: String
    let heads: [Intervention.Head]
    let recording: Recording
  }

  /// What requests call it.
  public let id: String
  /// The model.
  public let model: any Model
  /// How it was loaded; nil for one that was made in memory, whose classes can't be replaced by texts.
  public let origin: Origin?
  private let traceLimit: Int
  let lanes: Lanes
  let traces: BoundedCache<TraceKey, ForwardTrace>
  let logits = BoundedCache<String, [Float]>(capacity: 256)
  let maps = BoundedCache<ExploreMapQuestion, ExploreSession.MadeMap>(capacity: 64)
  let curves = BoundedCache<ExploreSession.CurveKey, ExploreSession.KnownCurves>(capacity: 64)

  /// Makes a model ready for questions.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - id: what requests call it.
  ///   - origin: how it was loaded.
  ///   - traceLimit: how many forward passes are kept, the last ones.
  public convenience init(_ model: any Model, id: String, origin: Origin? = nil, traceLimit: Int = 4) {
    self.init(model, id: id, origin: origin, traceLimit: traceLimit, lanes: Lanes(model: id))
  }

  private init(_ model: any Model, id: String, origin: Origin?, traceLimit: Int, lanes: Lanes) {
    (self.model, self.id, self.origin) = (model, id, origin)
    (self.lanes, self.traceLimit) = (lanes, traceLimit)
    traces = BoundedCache(capacity: traceLimit)
  }

  /// The same model with other classes, which takes turns with this one.
  func replaced(by model: any Model, id: String, origin: Origin) -> ExploreModel {
    ExploreModel(model, id: id, origin: origin, traceLimit: traceLimit, lanes: lanes)
  }

  /// The label of a class, as the model has it.
  func label(_ index: Int) -> String { model.descriptor.labels[index] }

  /// Throws for a class that the model doesn't have.
  func check(class index: Int) throws {
    guard model.descriptor.labels.indices.contains(index) else {
      throw TargetError.unknownIndex(index, classCount: model.descriptor.classCount, called: nil)
    }
  }

  /// Throws where the model has no classes, for what is about one.
  func checkHasClasses(for user: String) throws {
    guard model.descriptor.output != .none else {
      throw ModelError.noClasses(user: user, model: model.descriptor.name)
    }
  }
}
