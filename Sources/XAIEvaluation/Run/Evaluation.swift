public import XAICore
public import XAITensor

/// A model's maps of images, judged by metrics.
///
/// Everything is checked when the value is made, before any arithmetic. Images are worked on in groups of consecutive
/// places of the sample, and a group is computed whole even where some of its results are known: what is in a batch never
/// depends on where a run was stopped or how the sample was shared, and neither does a bit of the results.
public struct Evaluation: Sendable {
  /// The model.
  public let model: any Model
  /// The images.
  public let data: EvaluationData
  /// Whose maps are judged, in the order of the columns.
  public let explainers: [any Explainer]
  /// What they are judged by, in the order of the columns.
  public let metrics: [any Metric]
  /// The rest.
  public let settings: Settings
  /// Measures where the time goes; results don't depend on it.
  public var profile: Profile?
  /// What a user should know before the first image.
  public let notes: [String]
  /// What one forward pass keeps for all explainers.
  let recording: Recording
  /// Whether the classes of the data are those of the model.
  let dataClassesFit: Bool

  /// Places of the sample that are worked on together.
  public static let groupSize = 4

  /// What an evaluation depends on beside model, data, explainers and metrics.
  public struct Settings: Hashable, Sendable {
    /// The classes that are asked about.
    public var target = EvaluationTarget.predicted
    /// Inputs that the model sees at once.
    public var batchSize = 16
    /// Whether the removal of each head is measured.
    public var measuresHeads = false
    /// What random weights are drawn with.
    public var seed = 0
    /// How many images are kept as thumbnails, the first ones; results don't depend on it.
    public var thumbnailCount = 200
    /// Whether an image that can't be evaluated ends the run; results don't depend on it.
    public var isStrict = false

    /// The defaults.
    public init() {}
  }

  /// Checks what is put together.
  ///
  /// - Throws: `EvaluationError`, `ModelError`, `OptionError` or `TargetError`, naming what does not fit what.
  public init(
    model: any Model, data: EvaluationData, explainers: [any Explainer], metrics: [any Metric],
    settings: Settings = Settings()
  ) throws {
    self.model = model
    self.data = data
    self.explainers = explainers
    self.metrics = metrics
    self.settings = settings
    precondition(
      settings.batchSize > 0, "the model sees at least one input at once, not \(settings.batchSize)")
    let composition = Composition(
      model: model, data: data, explainers: explainers, metrics: metrics, settings: settings)
    notes = try composition.check()
    dataClassesFit = composition.dataClassesFit
    recording = try explainers.reduce(Recording()) { try $0.union($1.recording(for: model.descriptor)) }
  }

  /// What all metrics together need.
  var needs: MetricNeeds { metrics.reduce([]) { $0.union($1.needs) } }
}
