import ArgumentParser
import XAIWeights

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

  @Flag(help: "Let a damaged picture end the run; otherwise it is left out and named at the end.")
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
