import XAICore
import XAIFoundation
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
      throw EvaluationError.nothing("the split '\(data.split.name)' has no images to evaluate on")
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
    for metric in metrics {
      try metric.options.check(of: metric.descriptor.id)
      try check(metric)
    }
    if settings.measuresHeads, !descriptor.capabilities.contains(.headRemoval) {
      throw ModelError.missingCapabilities(
        user: "measuring heads", model: descriptor.name, missing: .headRemoval)
    }
    return try checkTarget()
  }

  /// The images with the model's classes.
  func joinedClasses() throws -> DataClasses {
    let needsObjects = settings.target == .objects || metrics.contains { $0.needs.contains(.objects) }
    let needsLabels = settings.target == .label
    do {
      let classes = try DataClasses(
        of: data, model: model.descriptor, settings: settings, needsLabels: needsLabels,
        needsObjects: needsObjects)
      guard classes.data.sampleCount > 0 else {
        throw EvaluationError.nothing("the split '\(data.split.name)' has no images of the model's classes")
      }
      return classes
    } catch let error as ClassJoinError {
      throw EvaluationError.otherClasses(
        need: needsLabels || settings.target == .objects
          ? "the target '\(settings.target)'"
          : metrics.first { $0.needs.contains(.objects) }?.specification ?? "the evaluation",
        data: data.dataset.descriptor.id, model: model.descriptor.name, reason: error.description)
    }
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
    }
    for (need, capability) in [
      (MetricNeeds.patchRemoval, Capabilities.patchRemoval), (.headRemoval, .headRemoval),
    ] where metric.needs.contains(need) && !descriptor.capabilities.contains(capability) {
      throw ModelError.missingCapabilities(
        user: metric.specification, model: descriptor.name, missing: capability)
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

  /// Throws for a target that the data or the model don't have; gives what a user should know about it.
  private func checkTarget() throws -> [String] {
    switch settings.target {
    case .selection(let selection, _):
      let blank = Tensor(repeating: 0, [1, model.descriptor.classCount])
      _ = try selection.resolve(logits: blank, labels: model.descriptor.labels)
      return []
    case .label:
      let unlabelled = data.indices.count { data.split.label($0) == nil }
      guard unlabelled < data.indices.count else {
        throw EvaluationError.dataLacks(
          need: "images with a class", of: "the target 'label'",
          data: "the split '\(data.split.name)' of \(data.dataset.descriptor.id)")
      }
      return unlabelled == 0
        ? []
        : [
          "\(counted(unlabelled, "image")) of the sample \(unlabelled == 1 ? "has" : "have") no class, and so no maps"
        ]
    case .objects:
      try checkObjects(for: "the target 'objects'")
      return []
    }
  }

  private func checkObjects(for owner: String) throws(EvaluationError) {
    guard data.dataset.hasObjects else {
      throw .dataLacks(
        need: "boxes or masks of objects", of: owner, data: "the data set \(data.dataset.descriptor.id)")
    }
  }
}
