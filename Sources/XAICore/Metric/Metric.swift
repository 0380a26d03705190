import XAIFoundation
import XAITensor

/// A number that says how far to trust a map, for one image and target.
///
/// A metric asks for what it needs: logits of changed inputs, and further maps of the same explainer. A runner gathers the
/// questions of all metrics, puts each different one once, in batches, and hands the answers back.
public protocol Metric: Plugin {
  /// Its options: the protocol that the number depends on.
  associatedtype Options: PluginOptions

  static var descriptor: MetricDescriptor { get }

  var options: Options { get }

  /// Makes a metric; throws when options contradict one another.
  init(options: Options) throws

  /// What the metric needs of data and model, which is checked before the first pass; nothing by default.
  var needs: MetricNeeds { get }

  /// What is asked to judge a map, and the value that comes of the answers.
  ///
  /// A value is one of this image, a table's value being the mean over images. The same subject and answers always give the
  /// same requests and value.
  func plan(for subject: MetricSubject) throws -> MetricPlan
}

/// The value of a metric for one map.
public struct MetricValue: Hashable, Sendable {
  /// The value, in the descriptor's unit.
  public let number: Double
  /// What the value is the summary of, where it is one of a curve.
  public let curve: Curve?

  /// Holds a value.
  public init(_ number: Double, curve: Curve? = nil) {
    self.number = number
    self.curve = curve
  }

  /// Points of a curve, from left to right.
  public struct Curve: Hashable, Sendable {
    /// Where the points are; the same for all maps that a metric judges at one input size.
    public let x: [Double]
    /// The values there.
    public let y: [Double]

    /// Holds points; traps when `x` and `y` are not equally many.
    public init(x: [Double], y: [Double]) {
      require(x.count == y.count, "one value a point")
      self.x = x
      self.y = y
    }
  }
}

extension Metric {
  public var descriptor: MetricDescriptor { Self.descriptor }

  /// Nothing.
  public var needs: MetricNeeds { [] }

  /// The metric as users write it, shortest: `deletion:preset=rise`.
  public var specification: String {
    options.shortestText.isEmpty ? descriptor.id : "\(descriptor.id):\(options.shortestText)"
  }
}

extension Metric {
  /// Everything that a value depends on beside model, image and map: the metric and all of its options, as text.
  public var protocolText: String {
    ([descriptor.id] + options.protocolTexts.map { "\($0.key)=\($0.value)" }).joined(separator: "\n")
  }

  /// The hash of `protocolText`, 16 hexadecimal digits: values of different hashes can't be compared.
  ///
  /// FNV-1a of 64 bits, the same on every machine and in every version that means the same by the text.
  public var protocolHash: String { FNV1a(protocolText).text }

  /// The preset that the options are; nil where they are none's, or there are none.
  public var protocolName: String? { options.presetName }
}

extension Metric {
  /// Judges one map: shows the frames to the model in batches, and has further maps made where the metric asks for them.
  ///
  /// - Parameters:
  ///   - subject: what is judged.
  ///   - model: the model that the map explains.
  ///   - explainer: the explainer that made the map; nil for a metric that asks for no further ones.
  ///   - batchSize: how many frames the model sees at once, at least 1.
  /// - Throws: `ModelError.noProbabilities` where the metric needs probabilities and the model has none, what the model and the explainer throw, `MetricError` for a map that can't be asked for and a batch of no frames, and `OptionError` for
  ///   an option's value that it does not take.
  public func evaluate(
    _ subject: MetricSubject, using model: any Model, explainer: (any Explainer)? = nil, batchSize: Int = 8
  ) throws -> MetricValue? {
    try check(probabilitiesOf: model.descriptor)
    let models = (model as? any TrainableModel).map {
      RandomisedModels(of: $0, seed: subject.experimentSeed)
    }
    return try evaluate(
      subject, using: model, explainer: explainer, randomised: models.map { models in { models[$0] } },
      batchSize: batchSize)
  }

  /// Judges one map, with models of random weights from elsewhere.
  package func evaluate(
    _ subject: MetricSubject, using model: any Model, explainer: (any Explainer)?,
    randomised: ((_ stage: Int) -> any Model)?, batchSize: Int = 8
  ) throws -> MetricValue? {
    guard batchSize > 0 else { throw MetricError.batchSize(batchSize) }
    try options.check(of: descriptor.id)
    let input = subject.image.input
    var queue = RequestQueue(
      about: [subject.image], input: input.reshaped(to: TensorShape([1] + input.shape.extents)), model: model,
      explainers: explainer.map { [$0] } ?? [], randomised: randomised, batchSize: batchSize)
    var evaluation = MetricEvaluation(
      try plan(for: subject),
      asker: RequestQueue.Asker(
        image: 0, classIndex: subject.classIndex, explainer: explainer == nil ? nil : 0, map: 0,
        metric: specification), number: 0)
    while evaluation.ask(&queue) {
      for job in queue.takeJobs() {
        if try !queue.answer(job, job.batch()).isEmpty { evaluation.resume(&queue) }
      }
    }
    return try evaluation.value?.get() ?? nil
  }
}

extension Metric {
  /// Throws where the metric needs probabilities and the outputs of the model have none.
  package func check(probabilitiesOf model: ModelDescriptor) throws(ModelError) {
    guard needs.contains(.probabilities), !model.output.hasProbabilities else { return }
    throw .noProbabilities(user: specification, model: model.name)
  }
}
