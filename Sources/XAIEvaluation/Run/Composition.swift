import XAICore
import XAIImage
import XAITensor

/// The parts of an evaluation, and whether they fit.
struct Composition {
  let model: any Model
  let data: EvaluationData
  let explainers: [any Explainer]
  let metrics: [any Metric]
  let settings: Evaluation.Settings

  /// Throws for what does not fit, naming both; gives what a user should know.
  func check() throws -> [String] {
    let descriptor = model.descriptor
    guard data.sampleCount > 0 else {
      throw EvaluationError.nothing("the split '\(data.split.name)' has no pictures to evaluate on")
    }
    guard !explainers.isEmpty, !metrics.isEmpty else {
      throw EvaluationError.nothing("an evaluation needs at least one explainer and one metric")
    }
    try checkOnce(explainers.map(\.specification), kind: "explainer")
    try checkOnce(metrics.map(\.specification), kind: "metric")
    guard descriptor.preprocessing.inputSize != nil else {
      throw EvaluationError.noInputSize(model: descriptor.name)
    }
    guard descriptor.output != .none else {
      throw ModelError.noClasses(user: "an evaluation", model: descriptor.name)
    }
    for explainer in explainers { try explainer.check(fits: descriptor) }
    for metric in metrics { try check(metric) }
    if settings.measuresHeads, !descriptor.capabilities.contains(.headRemoval) {
      throw ModelError.missingCapabilities(
        user: "measuring heads", model: descriptor.name, missing: .headRemoval)
    }
    try checkTarget()
    return dataClassesFit && dataClasses != descriptor.labels && needsDataClasses
      ? [
        "the classes of \(data.dataset.descriptor.id) are named otherwise than those of \(descriptor.name), "
          + "and taken to be the same in order"
      ] : []
  }

  /// Whether class indices of the data are those of the model: by name, or where their number alone is equal.
  var dataClassesFit: Bool { !dataClasses.isEmpty && dataClasses.count == model.descriptor.classCount }

  private var dataClasses: [String] { data.dataset.classNames }

  private var needsDataClasses: Bool {
    settings.target.needsDataClasses || metrics.contains { $0.needs.contains(.objects) }
  }

  private func checkOnce(_ specifications: [String], kind: String) throws(EvaluationError) {
    var seen: Set<String> = []
    for specification in specifications where !seen.insert(specification).inserted {
      throw .repeated(kind: kind, specification: specification)
    }
  }

  private func check(_ metric: any Metric) throws {
    let descriptor = model.descriptor
    try metric.check(probabilitiesOf: descriptor)
    if metric.needs.contains(.objects) {
      try checkObjects(for: metric.specification)
      try checkClasses(for: metric.specification)
    }
    if metric.needs.contains(.patchRemoval), !descriptor.capabilities.contains(.patchRemoval) {
      throw ModelError.missingCapabilities(
        user: metric.specification, model: descriptor.name, missing: .patchRemoval)
    }
    if metric.needs.contains(.runnerUp), descriptor.classCount < 2 {
      throw EvaluationError.modelLacks(
        need: "a model with a second class", of: metric.specification, model: descriptor.name)
    }
    if metric.needs.contains(.randomisedModels), !(model is any TrainableModel) {
      throw EvaluationError.modelLacks(
        need: "a model whose weights can be replaced", of: metric.specification, model: descriptor.name)
    }
  }

  private func checkTarget() throws {
    switch settings.target {
    case .selection(let selection, _):
      let blank = Tensor(repeating: 0, [1, model.descriptor.classCount])
      _ = try selection.resolve(logits: blank, labels: model.descriptor.labels)
    case .label:
      guard data.indices.contains(where: { data.split.label($0) != nil }) else {
        throw EvaluationError.dataLacks(
          need: "pictures with a class", of: "the target 'label'",
          data: "the split '\(data.split.name)' of \(data.dataset.descriptor.id)")
      }
      try checkClasses(for: "the target 'label'")
    case .objects:
      try checkObjects(for: "the target 'objects'")
      try checkClasses(for: "the target 'objects'")
    }
  }

  private func checkObjects(for owner: String) throws(EvaluationError) {
    let descriptor = data.dataset.descriptor
    guard descriptor.hasBoxes || descriptor.hasMasks else {
      throw .dataLacks(need: "boxes or masks of objects", of: owner, data: "the data set \(descriptor.id)")
    }
  }

  private func checkClasses(for owner: String) throws(EvaluationError) {
    guard !dataClassesFit else { return }
    throw .otherClasses(
      need: owner, data: data.dataset.descriptor.id, dataCount: dataClasses.count,
      model: model.descriptor.name,
      modelCount: model.descriptor.classCount)
  }
}
