import ArgumentParser
import XAIBench

/// `xai bench`: how fast models run here, next to what the machine can do.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time models here, next to what the processor can do.",
    usage: "xai bench [options]", discussion: BenchHelp.discussion)

  @Option(
    name: .customLong("size"),
    help: ArgumentHelp(
      "Sizes of ViT with random weights: \(ModelSize.letters); several with commas (default: ti,b,l).",
      valueName: "sizes"), completion: .list(ModelSize.allCases.map(\.rawValue)), transform: ModelSize.list)
  var sizes: [ModelSize]?

  @Option(
    name: .shortAndLong,
    help: "A model of your own instead: a directory, a .safetensors file in one, or a cached repository.",
    completion: .directory)
  var model: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "An explainer with options; may be repeated (default: gmar).", valueName: "id:key=value,…"),
    completion: .list(CommandContext.explainerIDs))
  var explainer: [String] = []

  @Option(
    name: .customLong("batch"),
    help: ArgumentHelp("Images in a batch; several with commas (default: 1,8,32).", valueName: "n"),
    transform: BatchSizes.list)
  var batches: [Int]?

  @Option(
    name: .customLong("repeat"),
    help: ArgumentHelp("Runs of each measurement; the best counts (default: 5).", valueName: "n"))
  var repeats: Int?

  @Flag(help: "Half a minute: ViT-Ti and ViT-B, 1 and 8 images, three runs, no evaluation.")
  var quick = false

  @OptionGroup(title: "KernelSelection") var engine: EngineOptions
  @OptionGroup(title: "Profile") var profiling: ProfileOptions

  @Option(help: "How results are printed: text, json.")
  var format = OutputFormat.text

  @Flag(name: .shortAndLong, help: "Say nothing of the progress.")
  var quiet = false

  /// How results are printed.
  enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
  }

  func validate() throws {
    if let repeats, !(1...1000).contains(repeats) {
      throw ValidationError("--repeat is from 1 to 1000, not \(repeats)")
    }
    guard sizes == nil || model == nil else {
      throw ValidationError("--size makes models and --model loads one; give either")
    }
  }

  func run() throws {
    var run = try BenchRun(BenchPlan(self))
    try run.run()
  }
}

/// Batch sizes as users write them: `1,8,32`.
enum BatchSizes {
  @Sendable static func list(_ text: String) throws -> [Int] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let count = Int(part), (1...1024).contains(count) else {
        throw ValidationError("--batch is a number from 1 to 1024, or several with commas, not '\(text)'")
      }
      return count
    }
  }
}

extension ModelSize {
  /// The letters of all sizes.
  static var letters: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Sizes as users write them: `ti,b`.
  @Sendable static func list(_ text: String) throws -> [ModelSize] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let size = ModelSize(rawValue: part.lowercased()) else {
        throw ValidationError("there is no size '\(part)'; there are \(letters)")
      }
      return size
    }
  }
}

/// The text of `xai bench --help`.
enum BenchHelp {
  static let discussion = """
    Measures what the processor can multiply and add at most, in registers alone, and how fast memory is. Then times \
    forward passes, explanations and an evaluation, and says what share of the peak they reach.

      xai bench                           ViT-Ti, ViT-B and ViT-L: some minutes
      xai bench --quick                   half a minute
      xai bench --model MODEL --batch 1   a model of your own, one image
      xai bench --size b --profile        and where the time goes
      xai bench --format json             numbers for programs

    The best run counts: other programs can only slow one down, and the spread, how much longer the slowest took, says \
    how much they did. Close them. GFLOP/s count the operations of the whole model, as they are published, so that \
    programs can be compared; the share of the peak counts those that were done. docs/performance.md says more.

    Ctrl-C ends with what has been measured; a second Ctrl-C ends at once.

    \(ExitStatus.help)
    """
}
