import ArgumentParser
import XAICore
import XAITraining
import XAIWeights

/// What decides the trained weights: a flag for each option of the recipe.
///
/// The recipe's own table says what values there are, so that messages and help can't differ from it.
struct RecipeOptions: ParsableArguments {
  @Option(help: help("preset"), completion: completion("preset")) var preset: String?
  @Option(help: help("optimizer"), completion: completion("optimizer")) var optimizer: String?
  @Option(help: help("learning-rate")) var learningRate: String?
  @Option(help: help("beta1")) var beta1: String?
  @Option(help: help("beta2")) var beta2: String?
  @Option(help: help("epsilon")) var epsilon: String?
  @Option(help: help("weight-decay")) var weightDecay: String?
  @Option(help: help("warm-up")) var warmUp: String?
  @Option(help: help("schedule"), completion: completion("schedule")) var schedule: String?
  @Option(help: help("clip")) var clip: String?
  @Option(help: help("label-smoothing")) var labelSmoothing: String?
  @Option(help: help("batch-size")) var batchSize: String?
  @Option(help: help("micro-batch")) var microBatch: String?
  @Option(help: help("epochs")) var epochs: String?
  @Option(help: help("crop"), completion: completion("crop")) var crop: String?
  @Option(help: help("crop-scale")) var cropScale: String?
  @Flag(inversion: .prefixedNo, help: help("flip")) var flip: Bool?
  @Option(help: help("scope"), completion: completion("scope")) var scope: String?
  @Flag(help: "Train the classifier alone, as --scope head.") var headOnly = false
  @Option(help: help("seed")) var seed: String?

  /// What was written, as the recipe's table names it.
  var values: [(key: String, value: String)] {
    let all: [(String, String?)] = [
      ("preset", preset), ("optimizer", optimizer), ("learning-rate", learningRate), ("beta1", beta1),
      ("beta2", beta2), ("epsilon", epsilon), ("weight-decay", weightDecay), ("warm-up", warmUp),
      ("schedule", schedule), ("clip", clip), ("label-smoothing", labelSmoothing), ("batch-size", batchSize),
      ("micro-batch", microBatch), ("epochs", epochs), ("crop", crop), ("crop-scale", cropScale),
      ("flip", flip.map(\.optionText)), ("scope", scope), ("scope", headOnly ? "head" : nil), ("seed", seed),
    ]
    return all.compactMap { key, value in value.map { (key: key, value: $0) } }
  }

  /// The recipe that was asked for; throws `OptionError`.
  func recipe() throws(OptionError) -> Recipe { try Recipe(values, of: "train") }

  private static func help(_ name: String) -> ArgumentHelp {
    guard let option = Recipe.descriptions.first(where: { $0.name == name }) else { return "" }
    if name == "preset" {
      let presets = Recipe.presets.map { "\($0.name): \($0.summary)" }.joined(separator: "; ")
      return ArgumentHelp("Settings that the other options change. \(presets).", valueName: "name")
    }
    let values = option.choices.isEmpty ? option.allowed : option.choices.joined(separator: ", ")
    let preset = option.choices == Bool.optionTexts ? "" : "\(values); "
    return ArgumentHelp(
      "\(option.summary) (\(preset)default: \(option.defaultValue)).",
      valueName: option.choices.isEmpty ? "n" : "name")
  }

  private static func completion(_ name: String) -> CompletionKind {
    .list(Recipe.descriptions.first { $0.name == name }?.choices ?? [])
  }
}

/// How numbers of a written model are stored.
enum WeightsType: String, ExpressibleByArgument, CaseIterable {
  case f32
  case f16
  case bf16

  var storedType: StoredType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    }
  }
}

/// What doesn't change the trained weights.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The least time between two checkpoints (default: 120).", valueName: "seconds"))
  var checkpointEvery: Double?

  @Option(help: ArgumentHelp("Epochs between two validations.", valueName: "n"))
  var validateEvery = 1

  @Option(
    help: ArgumentHelp(
      "End this run with a checkpoint after a time or a number of steps: 90s, 30min, 2h, 500steps.",
      valueName: "time"))
  var stopAfter: StopCondition<Steps>?

  @Flag(help: "Remove what an earlier run left in the folder, and begin anew.")
  var restart = false

  @Flag(help: "Let a damaged image end the run; otherwise it is left out and named at the end.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "How the weights of the trained model are stored; f16 and bf16 round.", valueName: "type"))
  var weightsType = WeightsType.f32

  func validate() throws {
    if let checkpointEvery, !(0...1e7).contains(checkpointEvery) {
      throw ValidationError("--checkpoint-every is from 0 to 10000000 seconds, not \(checkpointEvery)")
    }
    guard (1...1_000_000).contains(validateEvery) else {
      throw ValidationError("--validate-every is from 1 to 1000000 epochs, not \(validateEvery)")
    }
  }
}
