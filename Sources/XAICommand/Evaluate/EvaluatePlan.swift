#if XAI_DATABASE
import XAICore
import XAIEvaluation
import XAIFoundation
import XAITensor
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a run of `xai evaluate` will do, with all arguments checked.
struct EvaluatePlan {
  let command: EvaluateCommand
  let evaluation: Evaluation
  let experiment: Experiment
  let loaded: LoadedModel
  /// Which part of the sample, where it is not the whole.
  let chosen: ChosenShard?
  /// The database.
  let output: String

  /// Checks everything, cheapest first; nothing is written.
  init(_ command: EvaluateCommand) throws {
    self.command = command
    let target = try EvaluationTarget(parsing: command.target)
    chosen = try ChosenShard.choose(
      command.runOptions.shard, environment: ProcessInfo.processInfo.environment)
    output = chosen?.path(command.output) ?? command.output
    try chosen?.checkNeighbours(of: command.output)
    let choices = Choices(CommandContext.currentRegistry)
    let explainers = try choices.explainers(command.explainer)
    _ = try choices.metrics(command.metric, preset: command.metricProtocol)
    let data = try Self.data(command)
    let profile = command.profiling.begin()
    loaded = try LoadedModel(
      command.model, engine: command.engine, classes: command.givenClasses, profile: profile,
      quiet: command.quiet)
    let descriptor = loaded.model.descriptor
    loaded.tellNotes(quiet: command.quiet)
    var settings = Evaluation.Settings()
    settings.target = target
    settings.classes = command.classOptions.classes
    settings.skipsUnmatched = command.skipUnmatched
    settings.batchSize = command.runOptions.batchSize
    settings.measuresHeads = command.heads
    settings.seed = command.seed
    settings.thumbnailCount = command.runOptions.images
    settings.isStrict = command.runOptions.strict
    var evaluation = try Evaluation(
      model: loaded.model, data: data,
      explainers: command.explainer.isEmpty ? choices.usualExplainers(descriptor) : explainers,
      metrics: choices.metrics(
        Self.metricTexts(command, data: data, model: descriptor, choices), preset: command.metricProtocol),
      settings: settings)
    evaluation.profile = profile
    self.evaluation = evaluation
    do {
      let hash = try profile.measure("hashing the model") { [loaded] in try loaded.contentHash() }
      let precision = command.engine.precision
      experiment = evaluation.experiment(
        modelHash: hash,
        kernels: command.runOptions.mixedKernels
          ? "mixed\(precision == .float32 ? "" : " \(precision.rawValue)")" : loaded.kernels.name)
    } catch {
      throw Failure(error, otherwise: .inputData)
    }
    try chosen?.checkNeighbours(of: command.output, experiment)
  }

  /// The positions that this run is for.
  var positions: [Int] { (chosen?.shard ?? .whole).positions(ofSample: evaluation.data.sampleCount) }

  private static func data(_ command: EvaluateCommand) throws(Failure) -> EvaluationData {
    do {
      let dataset = try CommandContext.currentRegistry.dataset(
        command.data, with: command.orientation.values)
      let names = dataset.splitNames
      let usual = names.contains(DatasetSplit.validation) ? DatasetSplit.validation : names.first
      return EvaluationData(
        dataset, split: try dataset.split(command.split ?? usual ?? DatasetSplit.validation),
        count: command.sample, seed: command.seed)
    } catch {
      throw Failure(error, otherwise: .inputData)
    }
  }

  private static func metricTexts(
    _ command: EvaluateCommand, data: EvaluationData, model: ModelDescriptor, _ choices: Choices
  ) throws -> [String] {
    guard command.metric.isEmpty else { return command.metric }
    guard data.dataset.hasObjects else { return try choices.defaultMetricTexts(hasObjects: false) }
    let join = ClassJoin(data.dataset.classes, to: model.labels, by: command.classOptions.classes)
    return try choices.defaultMetricTexts(
      hasObjects: (try? join.check(among: join.classes.indices)) != nil)
  }

  /// What is evaluated on what, in one line.
  var summary: String {
    let (data, count) = (experiment.data, evaluation.data.sampleCount)
    let sample = count < data.splitCount ? "\(grouped(count)) of " : ""
    return "\(experiment.model.name) on \(data.name), \(sample)\(grouped(data.splitCount)) images of "
      + "'\(data.split)': \(counted(experiment.explainers.count, "explainer")), "
      + "\(counted(experiment.metrics.count, "metric"))"
      + (chosen.map { chosen in
        ", shard \(chosen.shard)\(chosen.variable.map { " by \($0)" } ?? "")"
      } ?? "")
  }

  /// How long some images will take on this machine, in one line.
  func text(of estimate: EvaluationEstimate, images: Int) -> String {
    let parts = [
      counted(experiment.explainers.count, "explainer"), counted(experiment.metrics.count, "metric"),
      counted(images, "image"),
    ].joined(separator: " × ")
    return
      "\(parts): about \(duration(estimate.secondsPerImage * Double(images))), \(grouped(estimate.inputsPerImage)) "
      + "inputs per image at \(decimal(estimate.secondsPerInput * 1000, places: 1)) ms"
  }

  /// Says how long the run would take, and that alone.
  func tellEstimate() throws {
    let (estimate, images) = (try evaluation.estimate(), positions.count)
    if command.json {
      try StandardOutput.write(json(EstimateLine(estimate, images: images)))
    } else {
      try StandardOutput.write("\(summary)\n\(text(of: estimate, images: images))\n")
    }
  }
}

/// How long an evaluation will take, as a JSON line.
struct EstimateLine: Encodable {
  let event = "estimate"
  let images: Int
  let seconds: Double
  let secondsPerImage: Double
  let secondsPerInput: Double
  let inputsPerImage: Int

  init(_ estimate: EvaluationEstimate, images: Int) {
    self.images = images
    seconds = estimate.secondsPerImage * Double(images)
    secondsPerImage = estimate.secondsPerImage
    secondsPerInput = estimate.secondsPerInput
    inputsPerImage = estimate.inputsPerImage
  }
}
#endif
