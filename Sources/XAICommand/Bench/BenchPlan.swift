import XAIBench
import XAICore
import XAIEvaluation
import XAITensor

#if XAI_DATABASE
import XAIResults
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a run of `xai bench` will do, with all arguments checked.
struct BenchPlan {
  /// A model that is made when its turn comes, and is gone after it.
  struct Subject {
    let name: String
    let make: () throws -> any Model
  }

  let command: BenchCommand
  let kernels: any Kernels
  let profile: Profile?
  let subjects: [Subject]
  let settings: Bench.Settings
  /// Where the databases of evaluations are made.
  let folder: URL

  /// What is left out and why.
  var note: String? {
    #if XAI_DATABASE
    nil
    #else
    command.quick ? nil : "the evaluation is left out: \(Failure.noDatabase.message)"
    #endif
  }

  /// Checks everything; nothing is measured and nothing written.
  init(_ command: BenchCommand) throws {
    self.command = command
    let registry = CommandContext.currentRegistry
    let texts = command.explainer.isEmpty ? ["gmar"] : command.explainer
    let choices = Choices(registry)
    let explainers = try choices.explainers(texts)
    let profile = command.profiling.begin()
    self.profile = profile
    if let name = command.model {
      let loaded = try LoadedModel(name, engine: command.engine, profile: profile, quiet: command.quiet)
      loaded.tellNotes()
      for explainer in explainers { try explainer.check(fits: loaded.model.descriptor) }
      kernels = loaded.kernels
      subjects = [Subject(name: loaded.model.descriptor.name) { loaded.model }]
    } else {
      let made = try command.engine.makeKernels(profile: profile)
      kernels = made
      let sizes = command.sizes ?? (command.quick ? [.tiny, .base] : [.tiny, .base, .large])
      subjects = sizes.map { size in Subject(name: size.name) { size.makeModel(on: made) } }
    }
    folder = FileManager.default.temporaryDirectory.appending(path: "xai-bench-\(UUID().uuidString)")
    var settings = Bench.Settings(
      explainers: explainers,
      evaluation: command.quick
        ? nil : try Self.evaluation(by: explainers, choices, registry, on: kernels, in: folder))
    settings.precision = command.engine.precision
    settings.batches = command.batches ?? (command.quick ? [1, 8] : [1, 8, 32])
    settings.repetition = Repetition(
      most: command.repeats ?? (command.quick ? 3 : 5), seconds: command.quick ? 4 : 15)
    self.settings = settings
  }

  /// A drawn scene, judged by two metrics of one frame and two of many; nil where they are not among the plugins.
  private static func evaluation(
    by explainers: [any Explainer], _ choices: Choices, _ registry: Registry, on kernels: any Kernels,
    in folder: URL
  ) throws -> EvaluationPlan? {
    #if XAI_DATABASE
    let metrics = ["average-drop", "average-increase", "insertion", "deletion"]
    guard metrics.allSatisfy({ id in registry.metrics.contains { $0.descriptor.id == id } }),
      registry.datasets.contains(where: { $0.descriptor.id == "shapes" })
    else { return nil }
    let dataset = try registry.dataset("shapes:size=224")
    let (path, kernelsName) = (folder.appending(path: "results.sqlite").path, kernels.name)
    return EvaluationPlan(
      data: EvaluationData(dataset, split: try dataset.split(DatasetSplit.validation), count: 1),
      explainers: explainers, metrics: try choices.metrics(metrics, preset: nil)
    ) { evaluation in
      try ResultStore.remove(at: path)
      let store = try ResultStore(
        at: path, experiment: evaluation.experiment(modelHash: "", kernels: kernelsName))
      try evaluation.run(into: store)
    }
    #else
    return nil
    #endif
  }
}
