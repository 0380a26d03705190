import XAITensor

/// A method that says, for a class, how much each patch of an image mattered to a model.
///
/// An explainer says what a forward pass must keep, and works from the trace, so that one forward pass serves every
/// explainer of an image.
public protocol Explainer: Plugin, CustomStringConvertible {
  /// Its options.
  associatedtype Options: PluginOptions

  /// What it is and needs, for lists, help, reports and checks.
  static var descriptor: ExplainerDescriptor { get }

  /// The options that it was made with.
  var options: Options { get }

  /// Makes an explainer; throws when options contradict one another.
  init(options: Options) throws

  /// What these options need of a model: the descriptor's needs, and by default nothing else.
  var needs: Capabilities { get }

  /// Whether it computes with the probability of a class, which not all outputs have; by default where its options say so.
  var needsProbabilities: Bool { get }

  /// Why it can only explain models whose layers all work on the same tokens, such as "it multiplies their matrices entry by
  /// entry"; by default nil: it explains others as well.
  var needsIsotropicLayers: String? { get }

  /// What the scores mean with these options; by default what the descriptor says.
  var scoreMeaning: ScoreMeaning { get }

  /// What the forward pass must keep for this explainer; throws when an option does not fit the model, such as a layer that
  /// it doesn't have or too few samples for its patches: this is asked before the first pass, and nothing is lost then.
  func recording(for model: ModelDescriptor) throws -> Recording

  /// The points whose gradients this explainer asks a backward pass for; by default none.
  ///
  /// A model that doesn't list one of them, or one that `recording(for:)` asks for, is refused before any arithmetic.
  func gradientPoints(for model: ModelDescriptor) throws -> Set<ActivationPoint>

  /// Explains every target of every image of a trace.
  ///
  /// - Parameters:
  ///   - trace: of `model`, recorded with at least `recording(for:)`.
  ///   - targets: the classes that are asked about.
  ///   - model: the model that made the trace.
  /// - Returns: one attribution per image and target: `result[image][target]`.
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]]
}

extension Explainer {
  /// The specification.
  public var description: String { specification }

  /// The descriptor of its type.
  public var descriptor: ExplainerDescriptor { Self.descriptor }

  /// The descriptor's.
  public var needs: Capabilities { descriptor.needs }

  /// Whether the option of `OutputScoreOptions` is the probability.
  public var needsProbabilities: Bool { (options as? any OutputScoreOptions)?.score == .probability }

  /// Nil: layers may have tokens of their own.
  public var needsIsotropicLayers: String? { nil }

  /// The descriptor's.
  public var scoreMeaning: ScoreMeaning { descriptor.scores }

  /// None.
  public func gradientPoints(for model: ModelDescriptor) throws -> Set<ActivationPoint> { [] }

  /// The explainer as users write it, shortest: `gmar:norm=l2`, `gmar:preset=paper`.
  public var specification: String {
    options.shortestText.isEmpty ? descriptor.id : "\(descriptor.id):\(options.shortestText)"
  }

  /// Throws when the model can't give what the explainer needs, naming both and what is missing: classes, probabilities,
  /// equal layers, capabilities, a place or attention in a layer; or when an option does not fit it, or has a value that it
  /// does not take.
  public func check(fits model: ModelDescriptor) throws {
    // `init(options:)` takes values that were set in code as they are.
    try options.check(of: descriptor.id)
    try OptionError.naming(descriptor.id) { try check(optionsFit: model) }
  }

  private func check(optionsFit model: ModelDescriptor) throws {
    if descriptor.isClassSpecific, model.output == .none {
      throw ModelError.noClasses(user: descriptor.id, model: model.name)
    }
    if needsProbabilities, !model.output.hasProbabilities {
      throw ModelError.noProbabilities(user: specification, model: model.name)
    }
    if let reason = needsIsotropicLayers { try model.checkIsIsotropic(for: specification, because: reason) }
    let missing = needs.subtracting(model.capabilities)
    guard missing.isEmpty else {
      throw ModelError.missingCapabilities(user: descriptor.id, model: model.name, missing: missing)
    }
    if let options = options as? any ContrastiveOptions { try options.contrast.check(fits: model) }
    let recording = try recording(for: model)
    try model.check(
      recording: recording.activations, gradients: gradientPoints(for: model), for: specification)
    guard !needs.isDisjoint(with: [.attention, .attentionGradients, .layerReadouts]) else { return }
    // A backward pass visits the attention of layers that the recording doesn't name.
    try model.checkHasAttention(
      recording.attention.isEmpty ? .all : recording.attention, for: specification)
  }
}
