import XAICore
import XAIEvaluation
import XAIFoundation
import XAIImage

/// A map of a comparison.
struct ComparedMap {
  let choice: ExplainerChoice
  let attribution: Attribution
  /// The map of the predicted class, where that is not the one that was asked about.
  let predictedClass: Attribution?
  /// What it took beside the forward pass that all share.
  let seconds: Double

  /// How alike the maps of the class that was asked about and of the predicted one are, by rank correlation; nil where there
  /// is one class, or a map that is the same everywhere.
  var likeness: Double? {
    predictedClass.flatMap { rankCorrelation(attribution.scores, $0.scores) }
  }

  /// Whether they are the same to whoever looks at them.
  var isSameForBoth: Bool { likeness.map { $0 >= ClassLikeness.least } ?? false }
}

/// What a comparison came to.
struct ComparisonResult {
  let file: ImageFile
  /// Whether the image was turned upright.
  let isTurned: Bool
  let backdrop: Backdrop
  let model: ModelDescriptor
  let predicted: ClassScore
  let target: ClassScore
  let maps: [ComparedMap]
  let misfits: [ComparePlan.Misfit]
  /// The explainers that failed.
  let failures: [ComparePlan.Misfit]
  let agreement: MapAgreement
  let forwardSeconds: Double

  init(
    _ plan: ComparePlan, _ logits: [Float], _ targets: Targets, _ maps: [ComparedMap],
    _ failures: [(explainer: String, failure: Failure)], forwardSeconds: Double
  ) throws {
    guard let scores = ClassScores(logits: logits, of: plan.model.descriptor) else {
      throw ModelError.noClasses(user: "a comparison", model: plan.model.descriptor.name)
    }
    (file, isTurned) = (plan.file, plan.isTurned)
    backdrop = plan.backdrop
    model = plan.model.descriptor
    predicted = scores.predicted
    target = scores[targets.classes[0][0]]
    self.maps = maps
    misfits = plan.misfits
    self.failures = failures.map { ComparePlan.Misfit(id: $0.explainer, problem: $0.failure.message) }
    agreement = MapAgreement(maps.map(\.attribution))
    self.forwardSeconds = forwardSeconds
  }
}

/// A comparison for programs.
struct ComparisonRecord: Encodable {
  struct Map: Encodable {
    let explainer: String
    let title: String
    let family: ExplainerDescriptor.Family
    let isClassSpecific: Bool
    let isDegenerate: Bool
    /// How alike the map is to that of the predicted class, where another was asked about, and whether it is the same.
    let predictedClassCorrelation: Double?
    let isSameAsPredicted: Bool?
    let seconds: Double
    let grid: PatchGrid
    let scores: [Float]
    let scoreMeaning: ScoreMeaning
    let drawing: DrawingRecord
  }

  let image: String
  /// Whether the image was turned upright as its EXIF orientation says.
  let isTurned: Bool
  let model: String
  /// What the model's outputs mean.
  let output: OutputMeaning
  /// What a user should know of how the model was loaded.
  let modelNotes: [String]
  let target: ClassScore
  let predicted: ClassScore
  let forwardSeconds: Double
  let maps: [Map]
  /// Rank correlation and top-tenth overlap of each pair, in the order of the maps.
  let agreement: MapAgreement
  let leftOut: [ComparePlan.Misfit]
  let failed: [ComparePlan.Misfit]
  /// Paths by kind.
  let files: [String: String]

  init(_ result: ComparisonResult, drawing: DrawingOptions, files: [String: String]) {
    image = result.file.path
    isTurned = result.isTurned
    model = result.model.name
    output = result.model.output
    modelNotes = result.model.notes
    target = result.target
    predicted = result.predicted
    forwardSeconds = result.forwardSeconds
    maps = result.maps.map { map in
      let descriptor = map.choice.explainer.descriptor
      return Map(
        explainer: map.attribution.explainer, title: descriptor.title, family: descriptor.family,
        isClassSpecific: descriptor.isClassSpecific, isDegenerate: map.attribution.isDegenerate,
        predictedClassCorrelation: map.likeness,
        isSameAsPredicted: map.predictedClass.map { _ in map.isSameForBoth },
        seconds: map.seconds, grid: map.attribution.grid, scores: map.attribution.scores,
        scoreMeaning: map.attribution.scoreMeaning,
        drawing: DrawingRecord(map.attribution, on: result.backdrop, drawing))
    }
    agreement = result.agreement
    leftOut = result.misfits
    failed = result.failures
    self.files = files
  }
}

extension ComparisonResult {
  /// The comparison as people read it.
  var text: String {
    let heads = ["", "", "family", "for one class", "seconds"]
    let rows = maps.enumerated().map { index, map in
      let descriptor = map.choice.explainer.descriptor
      return [
        String(index + 1), map.choice.text, descriptor.family.rawValue,
        map.attribution.isDegenerate
          ? "same everywhere"
          : !descriptor.isClassSpecific ? "no" : map.isSameForBoth ? "same for both" : "yes",
        decimal(map.seconds, places: 3),
      ]
    }
    let left =
      misfits.isEmpty ? "" : "\nLeft out:\n" + table(misfits.map { [$0.id, $0.problem] }, indent: "  ")
    let other = target.index == predicted.index ? "" : "asked about: \(target.text)\n"
    return "\(file.shownPath): \(predicted.text)\n\(other)\n"
      + table([heads] + rows, indent: "  ", rightAligned: [0, 4])
      + "  beside one forward pass of \(decimal(forwardSeconds, places: 3)) s that all share\n\n"
      + "Above the diagonal: rank correlation of the patches' scores. Below: shared part of the highest tenth.\n"
      + table(agreementRows, indent: "  ", rightAligned: Set(0...maps.count)) + left + sameForBoth + "\n"
  }

  /// Which explainers don't tell the class that was asked about from the predicted one, and which does.
  private var sameForBoth: String {
    let specific = maps.filter { $0.choice.explainer.descriptor.isClassSpecific && $0.predictedClass != nil }
    let same = specific.filter(\.isSameForBoth)
    guard !same.isEmpty else { return "" }
    // The one whose maps differ most.
    let other = specific.filter { !$0.isSameForBoth && $0.likeness != nil }.min {
      ($0.likeness ?? 1) < ($1.likeness ?? 1)
    }
    return
      "\nThe same map for \(target.shortLabel) and \(predicted.shortLabel) (rank correlation 0.99 or more): "
      + same.map(\.choice.text).joined(separator: ", ")
      + (other.map { "; \($0.choice.text) tells them apart" } ?? "") + "\n"
  }

  private var agreementRows: [[String]] {
    func cell(_ value: Double?) -> String { value.map { decimal($0, places: 2) } ?? "-" }
    let heads = [""] + maps.indices.map { String($0 + 1) } + [""]
    return [heads]
      + maps.indices.map { row in
        [String(row + 1)]
          + maps.indices.map { column in
            column == row
              ? "·" : cell(column > row ? agreement.correlation[row][column] : agreement.overlap[row][column])
          } + [maps[row].choice.text]
      }
  }
}
