public import XAICore
import XAIEvaluation
import XAIFoundation
import XAITensor

/// How a class fares while the patches of one image appear, or go, in the order of a map.
public struct ExploreCurves: Hashable, Sendable, Codable {
  /// The curves of one order of patches.
  public struct Pair: Hashable, Sendable, Codable {
    /// The probability of the class while patches appear, those that the map ranks highest first.
    public let insertion: [Double]
    /// The probability of the class while patches go, those that the map ranks highest first.
    public let deletion: [Double]
    /// The area under the insertion curve, from 0 to 1.
    public let insertionArea: Double
    /// The area under the deletion curve, from 0 to 1.
    public let deletionArea: Double
  }

  /// The share of the patches that have appeared, or gone, at each point.
  public let fractions: [Double]
  /// The curves of the map.
  public let map: Pair
  /// Those of a random order; nil where there is no such explainer.
  public let random: Pair?
  /// Those of an order from the centre; nil where there is no such explainer.
  public let centre: Pair?
  /// What they say, in a sentence.
  public let sentence: String
}

extension ExploreSession {
  /// What curves are kept under.
  struct CurveKey: Hashable {
    let map: ExploreMapQuestion
    let hiding: Hiding
    let steps: Int
  }

  /// Curves of one order, with their points.
  struct KnownCurves: Sendable {
    let pair: ExploreCurves.Pair
    let fractions: [Double]
  }

  /// Insertion and deletion of one image, patch by patch, as the metrics of these names compute them.
  ///
  /// All pixels of a patch come or go at once, so that hiding the first k patches by ``answer(_:)`` gives the same images.
  ///
  /// - Parameters:
  ///   - question: the map.
  ///   - hiding: what stands in the place of patches that aren't there.
  ///   - steps: at most how many steps there are; each is as many whole patches.
  ///   - progress: is told which share of the curves is there, those of the baselines among them.
  /// - Throws: as for a map; where the model's outputs have no probabilities.
  public func curves(
    of question: ExploreMapQuestion, hiding: Hiding = .fill(.mean), steps: Int = 14,
    progress: (@Sendable (Double) -> Void)? = nil
  ) async throws -> ExploreCurves {
    let asked = try model(question.model)
    guard asked.model.descriptor.output.hasProbabilities else {
      throw ModelError.noProbabilities(user: "curves", model: asked.model.descriptor.name)
    }
    guard (1...200).contains(steps) else {
      throw ExploreError(.badRequest, "steps is from 1 to 200, not \(steps)")
    }
    let made = try await make(question, of: asked, purpose: "curves")
    var own = question
    own.target = made.attribution.classIndex
    let ids = ["random", "centre"].filter { id in registry.explainers.contains { $0.descriptor.id == id } }
    let share = 1 / Double(ids.count + 1)
    let known = try await pair(own, made, of: asked, hiding: hiding, steps: steps) { progress?($0 * share) }
    let (map, fractions) = (known.pair, known.fractions)
    var baselines: [String: ExploreCurves.Pair] = [:]
    for (place, id) in ids.enumerated() {
      var baseline = own
      (baseline.explainer, baseline.against) = (id, nil)
      let made = try await make(baseline, of: asked, purpose: "curves")
      baselines[id] = try await pair(baseline, made, of: asked, hiding: hiding, steps: steps) {
        progress?((Double(place + 1) + $0) * share)
      }.pair
    }
    let title = try registry.explainer(question.explainer).descriptor.title
    return ExploreCurves(
      fractions: fractions, map: map, random: baselines["random"], centre: baselines["centre"],
      sentence: Self.sentence(title, fractions, map, baselines["random"]))
  }

  private func pair(
    _ question: ExploreMapQuestion, _ made: MadeMap, of asked: ExploreModel, hiding: Hiding, steps: Int,
    _ progress: @escaping @Sendable (Double) -> Void
  ) async throws -> KnownCurves {
    var plain = question
    plain.view = nil
    let key = CurveKey(map: plain, hiding: hiding, steps: steps)
    if let known = asked.curves[key] { return known }
    let attribution = made.attribution.pooled
    let count = attribution.grid.count
    // As many steps as divide the patches, so that none is cut.
    let even = (1...min(steps, count)).last { count.isMultiple(of: $0) } ?? 1
    let options =
      (hiding == .tokens ? "unit=tokens" : "substrate=\(hiding.optionText)") + ",step=even(\(even))"
    let metrics = try ["insertion", "deletion"].map { try registry.metric("\($0):\(options)") }
    let subject = try Self.subject(attribution, made, of: asked.model.descriptor)
    let values = try await turn(of: asked, .long, for: "curves", view: question.view) {
      let model = try asked.without(question.removedHeads)
      return try metrics.enumerated().map { place, metric in
        let value = try metric.evaluate(subject, using: model)
        progress(Double(place + 1) / Double(metrics.count))
        return value
      }
    }
    guard let insertion = values[0], let deletion = values[1], let shown = insertion.curve?.x,
      let rising = insertion.curve?.y, let falling = deletion.curve?.y
    else { throw ExploreError(.failed, "the metrics gave no curves") }
    let result = KnownCurves(
      pair: ExploreCurves.Pair(
        insertion: rising.map { $0 / 100 }, deletion: falling.map { $0 / 100 },
        insertionArea: insertion.number / 100, deletionArea: deletion.number / 100),
      fractions: shown.map { $0 / 100 })
    asked.curves[key] = result
    return result
  }

  /// The map as metrics judge it, with the same rank for all pixels of a patch and no two patches alike: of equal scores
  /// the first patch is the higher.
  private static func subject(
    _ attribution: Attribution, _ made: MadeMap, of model: ModelDescriptor
  ) throws -> MetricSubject {
    let grid = attribution.grid
    let (height, width) = (made.seen.input.shape[2], made.seen.input.shape[3])
    var ranks = [Float](repeating: 0, count: grid.count)
    for (place, patch) in highestIndices(of: attribution.scores, count: grid.count).enumerated() {
      ranks[patch] = Float(grid.count - place)
    }
    let cells = PatchCells(grid: grid, height: height, width: width)
    var map = [Float](repeating: 0, count: height * width)
    for patch in 0..<grid.count {
      for row in cells.rows(of: patch / grid.columns) {
        for column in cells.columns(of: patch % grid.columns) { map[row * width + column] = ranks[patch] }
      }
    }
    var subject = try MetricSubject(
      pixels: made.seen.pixels, preprocessing: model.preprocessing, scores: attribution.scores, grid: grid,
      map: map, classIndex: attribution.classIndex,
      probability: ClassRow(made.logits, of: model)[attribution.classIndex].probability ?? .nan)
    subject.logits = made.logits
    return subject
  }

  /// What the insertion curves say: `GMAR reaches half of the class's probability with 6 % of the patches; …`.
  private static func sentence(
    _ title: String, _ fractions: [Double], _ map: ExploreCurves.Pair, _ random: ExploreCurves.Pair?
  ) -> String {
    func share(_ pair: ExploreCurves.Pair) -> String {
      let half = (pair.insertion.last ?? 0) / 2
      let place = pair.insertion.firstIndex { $0 >= half } ?? fractions.count - 1
      return "\(decimal(fractions[place] * 100, places: 0)) %"
    }
    return "\(title) reaches half of the class's probability with \(share(map)) of the patches"
      + (random.map { "; a random order needs \(share($0))" } ?? "") + "."
  }
}
