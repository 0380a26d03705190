public import XAICore
import XAIFoundation

/// Everything that decides what an evaluation comes to, as it is kept beside the results.
///
/// Two runs with the same experiment give the same numbers, whatever machine, order or interruption: results of
/// different experiments are never mixed.
public struct Experiment: Codable, Hashable, Sendable {
  /// The model.
  public var model: ModelIdentity
  /// The images.
  public var data: DataIdentity
  /// The classes that are asked about, as users write them: `predicted`, `label`, `objects`, `top:2`, an index.
  public var target: String
  /// The explainers, in the order of the columns.
  public var explainers: [ExplainerIdentity]
  /// The metrics, in the order of the columns.
  public var metrics: [MetricIdentity]
  /// Whether the removal of each head is measured as well.
  public var measuresHeads: Bool
  /// What the arithmetic depends on: the size of batches, the kernels, the seed of what is drawn.
  public var settings: [String: String]

  /// Holds what decides the results.
  public init(
    model: ModelIdentity, data: DataIdentity, target: String, explainers: [ExplainerIdentity],
    metrics: [MetricIdentity], measuresHeads: Bool, settings: [String: String]
  ) {
    self.model = model
    self.data = data
    self.target = target
    self.explainers = explainers
    self.metrics = metrics
    self.measuresHeads = measuresHeads
    self.settings = settings
  }
}

/// A model, wherever it lies.
public struct ModelIdentity: Codable, Hashable, Sendable {
  /// What messages call it; where the hash is known, it tells models apart and the name doesn't.
  public var name: String
  /// The id of the architecture.
  public var architecture: String
  /// A hash of weights and configuration, 16 hexadecimal digits.
  public var hash: String
  /// One label a class.
  public var labels: [String]
  /// Parameters in all.
  public var parameterCount: Int
  /// Layers.
  public var layerCount: Int
  /// Heads of each layer.
  public var headCount: Int
  /// Rows and columns of patches.
  public var grid: PatchGrid
  /// Rows of the input in pixels.
  public var inputHeight: Int
  /// Columns of the input in pixels.
  public var inputWidth: Int
  /// What its outputs mean.
  public var output: OutputMeaning?
  /// What a reader should know of how it was loaded, such as what had to be assumed; nil where there is nothing.
  public var notes: [String]?

  /// Describes a model.
  public init(
    name: String, architecture: String, hash: String, labels: [String], parameterCount: Int, layerCount: Int,
    headCount: Int, grid: PatchGrid, inputHeight: Int, inputWidth: Int, output: OutputMeaning? = nil,
    notes: [String]? = nil
  ) {
    self.name = name
    self.architecture = architecture
    self.hash = hash
    self.labels = labels
    self.parameterCount = parameterCount
    self.layerCount = layerCount
    self.headCount = headCount
    self.grid = grid
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.output = output
    self.notes = notes
  }
}

/// The images of an evaluation.
public struct DataIdentity: Codable, Hashable, Sendable {
  /// What reports call the data set: its id and options without folders above the last one.
  public var name: String
  /// The split.
  public var split: String
  /// Images of the split.
  public var splitCount: Int
  /// A hash of the identifiers of all images of the split, 16 hexadecimal digits.
  public var hash: String
  /// Images that are evaluated.
  public var sampleCount: Int
  /// What the images are drawn with; nil where they are the first ones, or all.
  public var sampleSeed: Int?
  /// The images that were turned upright as their EXIF orientation says, by their identifiers; nil where none was.
  public var turned: [String]?

  /// Describes images.
  public init(
    name: String, split: String, splitCount: Int, hash: String, sampleCount: Int, sampleSeed: Int?,
    turned: [String]? = nil
  ) {
    self.name = name
    self.split = split
    self.splitCount = splitCount
    self.hash = hash
    self.sampleCount = sampleCount
    self.sampleSeed = sampleSeed
    self.turned = turned
  }
}

/// An explainer with its options.
public struct ExplainerIdentity: Codable, Hashable, Sendable {
  /// As users write it, with the options that differ from the defaults.
  public var specification: String
  /// What the explainer is.
  public var descriptor: ExplainerDescriptor
  /// What its scores mean with its options.
  public var scoreMeaning: ScoreMeaning

  /// Describes an explainer; its scores mean what its descriptor says unless another meaning is given.
  public init(specification: String, descriptor: ExplainerDescriptor, scoreMeaning: ScoreMeaning? = nil) {
    self.specification = specification
    self.descriptor = descriptor
    self.scoreMeaning = scoreMeaning ?? descriptor.scores
  }

  /// Reads an explainer; results that were stored before options had a say in the meaning count as the descriptor says.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      specification: try values.decode(String.self, forKey: .specification),
      descriptor: try values.decode(ExplainerDescriptor.self, forKey: .descriptor),
      scoreMeaning: try values.decodeIfPresent(ScoreMeaning.self, forKey: .scoreMeaning))
  }
}

/// A metric with its protocol.
public struct MetricIdentity: Codable, Hashable, Sendable {
  /// As users write it, with the options that differ from the defaults.
  public var specification: String
  /// What the metric is.
  public var descriptor: MetricDescriptor
  /// The preset that its options are; nil where they are none's, or there are none.
  public var protocolName: String?
  /// Everything that its values depend on, as text.
  public var protocolText: String
  /// The hash of `protocolText`.
  public var protocolHash: String

  /// Describes a metric.
  public init(
    specification: String, descriptor: MetricDescriptor, protocolName: String?, protocolText: String,
    protocolHash: String
  ) {
    self.specification = specification
    self.descriptor = descriptor
    self.protocolName = protocolName
    self.protocolText = protocolText
    self.protocolHash = protocolHash
  }
}

extension Experiment {
  /// Everything that the results depend on, field by field, as texts.
  ///
  /// Titles, summaries and citations are left out: a later version may word them better.
  var fields: [(name: String, value: String)] {
    [
      ("model", model.name), ("architecture", model.architecture), ("weights", model.hash),
      ("classes", "\(model.labels.count) (\(Self.hash(of: model.labels)))"),
      ("layers", "\(model.layerCount)"), ("heads", "\(model.headCount)"), ("grid", "\(model.grid)"),
      ("input", "\(model.inputHeight)×\(model.inputWidth)"), ("parameters", "\(model.parameterCount)"),
      ("data", data.name), ("split", data.split),
      ("pictures", "\(data.splitCount) (\(data.hash))"),
      ("sample", "\(data.sampleCount)\(data.sampleSeed.map { " with seed \($0)" } ?? "")"),
      ("target", target), ("explainers", explainers.map(\.specification).joined(separator: ", ")),
      ("metrics", metrics.map { "\($0.specification) (\($0.protocolHash))" }.joined(separator: ", ")),
      ("heads measured", measuresHeads ? "yes" : "no"),
    ] + settings.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }
  }

  /// The fields in which this experiment differs from another: the name, what is there, what is here.
  package func differences(to other: Experiment) -> [String] {
    let (there, here) = (
      Dictionary(fields.map { ($0.name, $0.value) }) { $1 },
      Dictionary(other.fields.map { ($0.name, $0.value) }) { $1 }
    )
    // The same weights may be called by another path, or by the name of their repository.
    let isKnown = !model.hash.isEmpty && !other.model.hash.isEmpty
    let names =
      fields.map(\.name).filter { !isKnown || $0 != "model" }
      + other.fields.map(\.name).filter { there[$0] == nil }
    return names.filter { there[$0] != here[$0] }
      .map { "\($0): \(there[$0] ?? "nothing") there, \(here[$0] ?? "nothing") here" }
  }

  private static func hash(of texts: [String]) -> String {
    var hash = FNV1a()
    for text in texts { hash.add(delimited: text) }
    return hash.text
  }
}

extension FNV1a {
  /// Adds a text with its length before it, so that what follows can't be taken for part of it.
  mutating func add(delimited text: String) {
    add(UInt64(text.utf8.count))
    add(text)
  }
}
