public import XAICore
import XAIFoundation
import XAIImage
public import XAITensor

/// A model's maps of images, judged by metrics.
///
/// Everything is checked when the value is made, before any arithmetic. Images are worked on in groups of consecutive
/// places of the sample, and a group is computed whole even where some of its results are known: what is in a batch never
/// depends on where a run was stopped or how the sample was shared, and neither does a bit of the results.
public struct Evaluation: Sendable {
  /// The model.
  public let model: any Model
  /// The images, without those that are left out because their class is none of the model's.
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
  /// The images with the model's classes.
  let split: DatasetSplit
  /// Which class of the data is which of the model; nil where both call them the same, in the same order.
  private let classIdentity: String?
  /// The images that are turned upright as they are opened.
  private let turned: [String]

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
    /// How the classes of the data are found among the model's.
    public var classes = ClassMatching.auto
    /// Whether images of classes that are none of the model's are left out; otherwise they are refused where their class is
    /// asked about.
    public var skipsUnmatched = false
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
    self.explainers = explainers
    self.metrics = metrics
    var settings = settings
    var targetNotes: [String] = []
    if case .selection(let selection, let text) = settings.target {
      let (read, notes) = try selection.reading(labels: model.descriptor.labels)
      (settings.target, targetNotes) = (.selection(read, text: text), notes)
    }
    self.settings = settings
    guard settings.batchSize > 0 else { throw EvaluationError.batchSize(settings.batchSize) }
    let composition = Composition(
      model: model, data: data, explainers: explainers, metrics: metrics, settings: settings)
    let checkNotes = try composition.check()
    let classes = try composition.joinedClasses()
    (self.data, split, classIdentity) = (classes.data, classes.split, classes.identity)
    turned = classes.data.turned
    let orientation =
      turned.isEmpty
      ? []
      : [
        "\(grouped(turned.count)) of \(grouped(classes.data.sampleCount)) images are turned upright as their EXIF orientation says"
      ]
    notes = data.dataset.notes + orientation + classes.notes + checkNotes + targetNotes
    recording = try explainers.reduce(Recording()) { try $0.union($1.recording(for: model.descriptor)) }
  }

  /// What all metrics together need.
  var needs: MetricNeeds { metrics.reduce([]) { $0.union($1.needs) } }
}

extension Evaluation {
  /// Evaluates the images of groups that are not known, in order; groups with an image that could not be read come once more at
  /// the end, when what kept them from being read may have passed.
  ///
  /// - Parameter meet: gets the results of known images, which are computed again where their group is.
  package func run(
    positions groups: [Range<Int>], known: Set<Int>, keep: (ImageResult) throws -> Void,
    meet: (ImageResult) throws -> Void = { _ in }, tell: (EvaluationEvent) throws -> Void
  ) throws {
    let count = groups.reduce(0) { $0 + $1.count }
    let open = groups.filter { !$0.allSatisfy(known.contains) }
    var left = open.reduce(0) { $0 + $1.count { !known.contains($0) } }
    func report(_ event: EvaluationEvent) throws {
      do { try tell(event) } catch is CancellationError where left == 0 {}
    }
    try report(.began(known: groups.reduce(0) { $0 + $1.filter(known.contains).count }, count: count))
    guard !open.isEmpty else { return }
    let randomised = (model as? any TrainableModel).map { RandomisedModels(of: $0, seed: settings.seed) }
    func work(on groups: [Range<Int>], postpone: (Range<Int>) -> Bool) throws {
      var loaded = groups.prefetched(loader)
      for positions in groups {
        guard let group = profile.measure("waiting for images", { loaded.next() }) else { return }
        // A group is computed whole, so that its numbers are those of a run without the fault.
        if group.failures.contains(where: \.isUnread), postpone(positions) { continue }
        var run = GroupRun(self, group, randomised: randomised)
        while let event = try run.next() {
          if case .image(let result) = event {
            if settings.isStrict, let failure = result.failure {
              throw EvaluationError.image(identifier: result.identifier, reason: failure)
            }
            // A group is computed whole; what is known of it stays as it is.
            guard !known.contains(result.position) else {
              try meet(result)
              continue
            }
            try keep(result)
            left -= 1
          }
          try report(event)
        }
      }
    }
    var postponed: [Range<Int>] = []
    try work(on: open) { positions in
      if !settings.isStrict { postponed.append(positions) }
      return !settings.isStrict
    }
    try work(on: postponed) { _ in false }
  }

  private var loader: @Sendable (_ positions: Range<Int>) -> LoadedGroup {
    let (data, split, preprocessing) = (data, split, model.descriptor.preprocessing)
    return { [profile] positions in
      LoadedGroup(
        positions, of: data, split: split, preprocessing: preprocessing, profile: profile)
    }
  }
}

/// What happens while an evaluation runs.
public enum EvaluationEvent: Sendable {
  /// The run begins: how many images are to be done, and how many of them are known.
  case began(known: Int, count: Int)
  /// Part of a group is computed: its images, and the share that is done.
  case working(images: Int, share: Double)
  /// The result of an image is kept.
  case image(ImageResult)
}

extension Evaluation {
  /// Evaluates the images of a shard in memory; nothing is kept anywhere else.
  ///
  /// - Parameters:
  ///   - modelHash: as in `experiment(modelHash:kernels:)`. Results that are to be compared with others need both: without
  ///     them, models of one name and other weights can't be told apart.
  ///   - kernels: as in `experiment(modelHash:kernels:)`.
  ///   - shard: which part of the sample.
  ///   - tell: is told what happens; what it throws ends the run, and `CancellationError` gives what was done by then.
  /// - Returns: the results in the order of the sample; `missingPositions` says where a run that was stopped has none.
  /// - Throws: what else `tell` throws; with `isStrict`, what is wrong with an image.
  public func results(
    modelHash: String = "", kernels: String = "", shard: Shard = .whole,
    tell: (EvaluationEvent) throws -> Void = { _ in }
  ) throws -> EvaluationResults {
    var images: [ImageResult] = []
    do {
      try run(
        positions: shard.groups(ofSample: data.sampleCount), known: [], keep: { images.append($0) },
        tell: tell)
    } catch is CancellationError {}
    return EvaluationResults(
      experiment: experiment(modelHash: modelHash, kernels: kernels),
      images: images.sorted { $0.position < $1.position })
  }
}

extension Evaluation {
  /// What decides the results, as it is kept beside them.
  ///
  /// - Parameters:
  ///   - modelHash: of weights and configuration, as `ModelDirectory.contentHash` gives it.
  ///   - kernels: what the arithmetic runs on, as `Kernels.name` says it. Of that the threads, in brackets at its end, are
  ///     left out: the last bits may depend on them, as they do on the processor.
  public func experiment(modelHash: String, kernels: String) -> Experiment {
    let descriptor = model.descriptor
    let size = descriptor.preprocessing.inputSize ?? (0, 0)
    var texts: [String: String] = [
      "batch size": "\(settings.batchSize)",
      "kernels": Self.nameWithoutThreads(kernels),
      "explainer options": optionsHash, "group": "\(Self.groupSize)",
    ]
    if needs.contains(.randomisedModels) {
      texts["random weights"] = "seed \(settings.seed), at most \(RandomisedModels.most) models"
    }
    if needs.contains(.seed) { texts["seed"] = "\(settings.seed)" }
    // What metrics make of such scores follows from their meaning: where another was recorded, the results are others.
    let relative = explainers.filter { $0.scoreMeaning == .relative }.map(\.specification)
    if !relative.isEmpty { texts["relative scores"] = relative.joined(separator: ", ") }
    if let classIdentity { texts["class matching"] = classIdentity }
    // Images that say nothing of their orientation have the same results as before it was read.
    if !turned.isEmpty { texts["orientation"] = "\(turned.count) images turned upright by EXIF" }
    var images = data.identity
    images.turned = turned.isEmpty ? nil : turned
    return Experiment(
      model: ModelIdentity(
        name: descriptor.name, architecture: descriptor.architecture, hash: modelHash,
        labels: descriptor.labels, parameterCount: descriptor.parameterCount,
        layerCount: descriptor.layerCount, headCount: descriptor.headCount, grid: descriptor.layout.grid,
        inputHeight: size.height, inputWidth: size.width,
        output: descriptor.output, notes: descriptor.notes.isEmpty ? nil : descriptor.notes),
      data: images, target: settings.target.description,
      explainers: explainers.map {
        ExplainerIdentity(
          specification: $0.specification, descriptor: $0.descriptor, scoreMeaning: $0.scoreMeaning)
      },
      metrics: metrics.map {
        MetricIdentity(
          specification: $0.specification, descriptor: $0.descriptor, protocolName: $0.protocolName,
          protocolText: $0.protocolText, protocolHash: $0.protocolHash)
      }, measuresHeads: settings.measuresHeads, settings: texts)
  }

  /// The name of kernels without their threads, which are in brackets at its end.
  package static func nameWithoutThreads(_ kernels: String) -> String {
    kernels.split(separator: " (").first.map(String.init) ?? kernels
  }

  /// What is kept with each image: the kernels with their instruction set, which decides the last bits too.
  package static func nameWithInstructions(_ kernels: String) -> String {
    let parts = kernels.split(separator: " (", maxSplits: 1)
    let details = parts.dropFirst().first?.dropLast().split(separator: ", ").filter { !$0.contains("thread") }
    return (parts.prefix(1) + (details ?? [])).joined(separator: " ")
  }

  /// A hash of all options of the explainers: a specification leaves the defaults out, which a version may change.
  private var optionsHash: String {
    var hash = FNV1a()
    for explainer in explainers {
      hash.add(delimited: explainer.descriptor.id)
      for (key, value) in explainer.options.protocolTexts { hash.add(delimited: "\(key)=\(value)") }
    }
    return hash.text
  }
}

extension Evaluation: CustomStringConvertible {
  /// What is judged, on what and by what.
  public var description: String {
    "\(counted(explainers.count, "explainer")) of \(model.descriptor.name) on \(counted(data.sampleCount, "image")) "
      + "by \(metrics.map(\.specification).joined(separator: ", "))"
  }
}
