import ArgumentParser
import XAICore

/// `xai train`: fine-tunes a model on images, or trains one from scratch.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Fine-tune a model on images, or train one from scratch.",
    usage: """
      xai train --model <model> --data <data> --output <out> [options]
      xai train --from-scratch <config> --data <data> --output <out> [options]
      """, discussion: TrainHelp.discussion)

  @Option(
    name: .shortAndLong,
    help: "A model to begin with: a directory, or the name of a Hugging Face repository.",
    completion: .directory)
  var model: String?

  @Option(
    help: ArgumentHelp(
      "A folder whose config.json says what model to make, with random weights.", valueName: "config"),
    completion: .directory)
  var fromScratch: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A folder or list of images, or a data set with options, such as shapes:size=96.",
      valueName: "data"), completion: .file())
  var data: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for checkpoints and the trained model.", valueName: "out"),
    completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("The split to learn from.", valueName: "name"))
  var trainSplit = DatasetSplit.train

  @Option(
    help: ArgumentHelp(
      "The split to be judged by (default: \(DatasetSplit.validation), where there is one).",
      valueName: "name"))
  var validationSplit: String?

  @OptionGroup var classOptions: ClassOptions
  @OptionGroup(title: "Recipe") var recipe: RecipeOptions
  @OptionGroup(title: "Images") var orientation: OrientationOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions
  @OptionGroup(title: "Figure") var figures: FigureOptions
  @OptionGroup(title: "KernelSelection") var engine: EngineOptions

  @Flag(help: "Print one JSON line an event on standard output, and nothing else there.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    guard (model == nil) != (fromScratch == nil) else {
      throw ValidationError(
        "give either --model, to continue from its weights, or --from-scratch, for random ones")
    }
    try engine.requireFloat32(for: "Training")
  }

  func run() throws {
    let plan = try TrainPlan(self)
    var run = TrainRun(plan)
    try run.run()
  }
}

/// The text of `xai train --help`.
enum TrainHelp {
  static let discussion = """
    Trains until the recipe's last step and writes a model directory that xai and transformers load. Weights depend on \
    recipe, data, first weights, kernels and threads alone, bit for bit.

      xai train -m vit-tiny-patch16-224 -d photos -o trained
          fine-tune on photos/train/<class>/*.jpg, judged by photos/validation
      xai train -m MODEL -d photos -o trained --preset adam
          Adam at a constant rate, as published fine-tuning often has it
      xai train -m MODEL -d photos -o trained --head-only --epochs 5
          the classifier alone
      xai train --from-scratch CONFIG -d shapes:size=96 -o trained --preset scratch
          a new model, on drawn scenes

    The same command again resumes from the last checkpoint, however the run before ended: Ctrl-C and SIGTERM write one \
    first; a second Ctrl-C, a crash or a power cut lose the steps since. A run that had finished does nothing.

    Files: config.json, preprocessor_config.json, model.safetensors, training.json (recipe, data, history), \
    history.csv, training.png; checkpoint.safetensors until then. Classes are those of the data; where they are all of \
    the model's, in whatever order, its classifier is kept, otherwise it gets a new one.

    \(ExitStatus.help)
    """
}
