import XAICore
import XAIImage

/// A map of a comparison.
struct ComparedMap {
  let choice: ExplainerChoice
  let attribution: Attribution
  /// What it took beside the forward pass that all share.
  let seconds: Double
}

/// What a comparison came to.
struct ComparisonResult {
  let file: ImageFile
  let picture: Image
  let modelName: String
  let predicted: ClassScore
  let target: ClassScore
  let maps: [ComparedMap]
  let misfits: [ComparePlan.Misfit]
  let agreement: MapAgreement
  let forwardSeconds: Double

  init(
    _ plan: ComparePlan, _ logits: [Float], _ targets: Targets, _ maps: [ComparedMap], forwardSeconds: Double
  ) throws {
    guard let scores = ClassScores(logits: logits, of: plan.model.descriptor) else {
      throw ModelError.noClasses(user: "a comparison", model: plan.model.descriptor.name)
    }
    file = plan.file
    picture = plan.picture
    modelName = plan.model.descriptor.name
    predicted = scores.predicted
    target = scores[targets.classes[0][0]]
    self.maps = maps
    misfits = plan.misfits
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
    let seconds: Double
    let scores: [Float]
  }

  let image: String
  let model: String
  let target: ClassScore
  let predicted: ClassScore
  let forwardSeconds: Double
  let maps: [Map]
  /// Rank correlation and top-tenth overlap of each pair, in the order of the maps.
  let agreement: MapAgreement
  let leftOut: [ComparePlan.Misfit]
  /// Paths by kind.
  let files: [String: String]

  init(_ result: ComparisonResult, files: [String: String]) {
    image = result.file.path
    model = result.modelName
    target = result.target
    predicted = result.predicted
    forwardSeconds = result.forwardSeconds
    maps = result.maps.map { map in
      let descriptor = map.choice.explainer.descriptor
      return Map(
        explainer: map.attribution.explainer, title: descriptor.title, family: descriptor.family,
        isClassSpecific: descriptor.isClassSpecific, isDegenerate: map.attribution.isDegenerate,
        seconds: map.seconds, scores: map.attribution.scores)
    }
    agreement = result.agreement
    leftOut = result.misfits
    self.files = files
  }
}
