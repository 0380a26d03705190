public import XAICore
import XAIFoundation
import XAITensor

/// Asks for a map.
public struct ExploreMapQuestion: Hashable, Sendable {
  /// What a class is held against.
  public enum Opponent: Hashable, Sendable {
    /// Another class.
    case classIndex(Int)
    /// The likeliest other class.
    case runnerUp
    /// All other classes, by their probability.
    case others
  }

  /// The image, by its id.
  public var image: String
  /// The model, by its id; nil for the default one.
  public var model: String?
  /// The explainer with its options, as users write it.
  public var explainer: String
  /// The class; nil for the likeliest.
  public var target: Int?
  /// What the class is held against; nil for nothing.
  public var against: Opponent?
  /// The heads whose output is zero.
  public var removedHeads: Set<Intervention.Head> = []
  /// Where it is asked: see ``ExploreSession``.
  public var view: String?

  /// Asks about the likeliest class.
  public init(image: String, explainer: String) { (self.image, self.explainer) = (image, explainer) }
}

/// A map that was asked for.
public struct ExploreMap: Hashable, Sendable, Codable {
  /// The explainer with its options, shortest, contrast and all.
  public let explainer: String
  /// The class, and what the model says of it; nil where the model has no classes.
  public let target: ExploreClass?
  /// One score for each place of the grid, row by row.
  public let scores: [Float]
  /// What the scores belong to: the patches, or pixels of the input.
  public let grid: PatchGrid
  /// What the scores mean.
  public let kind: ScoreMeaning
  /// What a user should know, a sentence each.
  public let notes: [String]
  /// The weight of each head in the map, by layer, where the explainer weights heads.
  public let headWeights: [[Float]]?
  /// What the passes took, without the forward pass where that was known.
  public let milliseconds: Double
}

extension ExploreSession {
  /// What a map was made of: the attribution itself, for drawing and judging it.
  struct MadeMap: Sendable {
    let attribution: Attribution
    let explainer: any Explainer
    let seen: ExploreImages.Seen
    let logits: [Float]
    let milliseconds: Double
  }

  /// Makes a map.
  ///
  /// - Parameter progress: is told which share of its passes an explainer of many has taken.
  /// - Throws: `ExploreError` for an image or model that isn't there; as an explanation otherwise.
  public func map(
    _ question: ExploreMapQuestion, progress: (@Sendable (Double) -> Void)? = nil
  ) async throws -> ExploreMap {
    let model = try model(question.model)
    let made = try await make(question, of: model, purpose: "map", progress: progress)
    let attribution = made.attribution
    let target =
      made.logits.isEmpty
      ? nil : ClassRow(made.logits, of: model.model.descriptor)[attribution.classIndex]
    return ExploreMap(
      explainer: attribution.explainer, target: target, scores: attribution.scores, grid: attribution.grid,
      kind: attribution.scoreMeaning, notes: Self.notes(attribution, by: made.explainer),
      headWeights: attribution.diagnostics.headWeights, milliseconds: made.milliseconds)
  }

  /// The explainer that a question names, with what its class is held against.
  func explainer(of question: ExploreMapQuestion) throws -> any Explainer {
    guard let against = question.against else { return try registry.explainer(question.explainer) }
    let specification = try Specification(parsing: question.explainer)
    let plain = try registry.explainer(question.explainer)
    guard plain.options is any ContrastiveOptions else {
      throw ExploreError(
        .unsupported,
        "\(specification.id) can't hold a class against another: it takes no backward pass from a class")
    }
    let contrast: Contrast =
      switch against {
      case .classIndex(let index): .classIndex(index)
      case .runnerUp: .runnerUp
      case .others: .others
      }
    let values = specification.values.filter { $0.key != "contrast" } + [("contrast", contrast.optionText)]
    return try registry.explainer(
      specification.id + ":" + values.map { "\($0.0)=\($0.1)" }.joined(separator: ","))
  }

  /// Makes a map, on the pass that is kept where there is one; a map that is known is given again.
  func make(
    _ question: ExploreMapQuestion, of asked: ExploreModel, purpose: String,
    progress: (@Sendable (Double) -> Void)? = nil
  ) async throws -> MadeMap {
    let explainer = try explainer(of: question)
    if let target = question.target { try asked.check(class: target) }
    var key = question
    (key.explainer, key.against, key.model, key.view) = (explainer.specification, nil, nil, nil)
    if let known = asked.maps[key] { return known }
    let seen = try await images.seen(question.image, by: asked)
    let length: Lanes.Length =
      ExploreOverview.Cost(explainer.descriptor) == .instant ? .short : .long
    let made = try await turn(of: asked, length, for: purpose, view: question.view) {
      try asked.map(of: seen, question, by: explainer, progress)
    }
    asked.maps[key] = made
    return made
  }

  /// What a user should know of a map.
  private static func notes(_ map: Attribution, by explainer: any Explainer) -> [String] {
    var notes: [String] = []
    if map.isDegenerate { notes.append("All patches have the same score: this map says nothing.") }
    if !explainer.descriptor.isClassSpecific {
      notes.append("\(explainer.descriptor.title) gives the same map for every class.")
    }
    if let gap = map.diagnostics.completenessGap {
      notes.append(
        "The scores sum to what the class gained from the baseline, but for \(decimal(Double(gap), places: 3))."
      )
    }
    return notes
  }
}

extension ExploreModel {
  /// Makes a map of an image.
  fileprivate func map(
    of seen: ExploreImages.Seen, _ question: ExploreMapQuestion, by explainer: any Explainer,
    _ progress: (@Sendable (Double) -> Void)?
  ) throws -> ExploreSession.MadeMap {
    let model = try without(question.removedHeads)
    let input = seen.input
    let descriptor = try model.descriptor(seeing: (height: input.shape[2], width: input.shape[3]))
    try explainer.check(fits: descriptor)
    let ((attribution, logits), milliseconds) = try timed {
      let trace = try trace(
        of: input, image: question.image, without: question.removedHeads, by: model,
        recording: explainer.recording(for: descriptor))
      let selection = question.target.map { TargetSelection.classes([$0]) } ?? .predicted
      let targets = try selection.resolve(logits: trace.logits, labels: descriptor.labels)
      let attribution = try PassProgress.watched(
        by: { count in
          progress?(Double(count.done) / Double(max(count.total, 1)))
          return true
        }, { try explainer.maps(of: trace, targets: targets, using: model)[0][0] })
      return (attribution, trace.logits.shape[1] > 0 ? trace.logits[0].elements : [])
    }
    return ExploreSession.MadeMap(
      attribution: attribution, explainer: explainer, seen: seen, logits: logits,
      milliseconds: milliseconds)
  }

  /// The model without some heads; the model itself without none.
  func without(_ heads: Set<Intervention.Head>) throws -> any Model {
    guard !heads.isEmpty else { return model }
    guard let whole = model as? any InspectableModel, model.descriptor.capabilities.contains(.headRemoval)
    else { throw ModelError.notGiven(.headRemoval, model: model.descriptor.name) }
    return try whole.removing(heads)
  }

  /// The forward pass of an image that keeps what is asked for: the one that is known, or a new one, which is kept.
  func trace(
    of input: Tensor, image: String, without heads: Set<Intervention.Head> = [], by model: any Model,
    recording: Recording
  ) throws -> ForwardTrace {
    let order = heads.sorted { ($0.layer, $0.head) < ($1.layer, $1.head) }
    let key = TraceKey(image: image, heads: order, recording: recording)
    if let known = traces[key] { return known }
    let trace = try model.forward(input, recording: recording)
    _ = try model.finite(trace.logits, of: input)
    traces[key] = trace
    return trace
  }
}
