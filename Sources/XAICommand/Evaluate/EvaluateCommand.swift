import ArgumentParser
import XAICore
import XAIEvaluation

/// `xai evaluate`: explainers judged by metrics on images.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Judge explainers by metrics on the images of a data set.",
    usage: "xai evaluate --model <model> --data <data> --output <file> [options]",
    discussion: EvaluateHelp.discussion)

  @Option(
    name: .shortAndLong,
    help: "A model directory, a .safetensors file in one, or the name of a Hugging Face repository.",
    completion: .directory)
  var model: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A folder or list of images, or a data set with options, such as shapes:size=96.", valueName: "data"),
    completion: .file())
  var data: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The database of results, a SQLite file; the same command resumes it.", valueName: "file"),
    completion: .file(extensions: ["sqlite"]))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The split (default: validation where there is one, else the first).", valueName: "name"))
  var split: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "An explainer with options; may be repeated (default: at most eight that fit the model, the baselines random and centre among them).",
      valueName: "id:key=value,…"), completion: .list(CommandContext.explainerIDs))
  var explainer: [String] = []

  @Option(
    help: ArgumentHelp(
      "A metric with options; may be repeated (default: \(Choices.defaultMetrics.joined(separator: ", ")), and those about objects where the data has them).",
      valueName: "id:key=value,…"), completion: .list(CommandContext.metricIDs))
  var metric: [String] = []

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "The preset of every metric that has it (default: \(Choices.defaultProtocol)).", valueName: "name"))
  var metricProtocol: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The class that is asked about: predicted, label, objects, top:N, an index, a name or a WordNet id.",
      valueName: "class"))
  var target = "predicted"

  @OptionGroup var classOptions: ClassOptions

  @Flag(
    help:
      "With -t label or objects, leave out what is of none of the model's classes, which is otherwise refused."
  )
  var skipUnmatched = false

  @Option(help: ArgumentHelp("Draw this many images of the split; all without it.", valueName: "n"))
  var sample: Int?

  @Option(help: ArgumentHelp("What images and random weights are drawn with.", valueName: "n"))
  var seed = 0

  @Flag(help: "Measure as well how much each head matters: the logit without it.")
  var heads = false

  @OptionGroup(title: "Classes of the model") var givenClasses: GivenClassOptions
  @OptionGroup(title: "Images") var orientation: OrientationOptions
  @OptionGroup(title: "Run") var runOptions: EvaluateRunOptions
  @OptionGroup(title: "KernelSelection") var engine: EngineOptions
  @OptionGroup(title: "Profile") var profiling: ProfileOptions

  @Flag(help: "Say how long it would take, and do nothing.")
  var dryRun = false

  @Flag(help: "Print one JSON line an event on standard output, and nothing else there.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if let sample, sample < 1 { throw ValidationError("--sample is 1 or more, not \(sample)") }
    guard !output.isEmpty else { throw ValidationError("--output needs the path of a file") }
  }

  func run() throws {
    #if XAI_DATABASE
    let plan = try EvaluatePlan(self)
    guard !dryRun else { return try plan.tellEstimate() }
    var run = EvaluateRun(plan)
    try run.run()
    plan.evaluation.profile?.report("Where the time went:", model: plan.evaluation.model.descriptor)
    #else
    throw Failure.noDatabase
    #endif
  }
}

/// How an evaluation is run.
struct EvaluateRunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Work on one of n parts, i from 1; auto/n takes i from the job's environment, none everything.",
      valueName: "i/n"))
  var shard: ShardOption?

  @Option(help: ArgumentHelp("Inputs that the model sees at once.", valueName: "n"))
  var batchSize = 16

  @Option(help: ArgumentHelp("Keep the first n images as thumbnails, for reports.", valueName: "n"))
  var images = 200

  @Option(
    help: ArgumentHelp(
      "End this run after a time or a number of images: 90s, 30min, 2h, 500images.", valueName: "time"))
  var stopAfter: StopCondition<Images>?

  @Flag(help: "Remove what an earlier run left in the file, and begin anew.")
  var restart = false

  @Flag(help: "Let a damaged image end the run; otherwise it is left out and named at the end.")
  var strict = false

  @Flag(help: "End with 0 although images or maps failed; they are still named.")
  var allowFailures = false

  @Flag(
    help:
      "Let shards run on different kernels: which computed an image is kept with it, and reports say what difference it makes."
  )
  var mixedKernels = false

  @Option(
    help: ArgumentHelp(
      "How long Ctrl-C and SIGTERM wait for the image that is worked on; then its group is left to the next run.",
      valueName: "seconds"))
  var grace = 10

  func validate() throws {
    guard (0...86_400).contains(grace) else {
      throw ValidationError("--grace is from 0 to 86400 seconds, not \(grace)")
    }
    guard !strict || !allowFailures else {
      throw ValidationError("--strict and --allow-failures contradict each other")
    }
    guard (1...4096).contains(batchSize) else {
      throw ValidationError("--batch-size is from 1 to 4096, not \(batchSize)")
    }
    guard images >= 0 else { throw ValidationError("--images is 0 or more, not \(images)") }
  }
}

/// The text of `xai evaluate --help`.
enum EvaluateHelp {
  static let discussion = """
    Explains every image with every explainer, judges the maps by metrics, and keeps each image's results in a SQLite \
    file as it is done. Everything that you write is checked before the first pass.

      xai evaluate -m MODEL -d photos -o results.sqlite
          the usual explainers by the usual metrics, on all images
      xai evaluate -m MODEL -d photos -o results.sqlite --dry-run
          how long that would take on this machine, from a few measured passes
      xai evaluate -m MODEL -d photos -o results.sqlite --sample 500 --seed 1
          500 images, drawn by chance, the same ones each time
      xai evaluate -m MODEL -d shapes -o results.sqlite -e gmar -e grad-cam \\
          --metric insertion --metric deletion --protocol rise
          two explainers and two metrics, with the protocol of RISE
      xai evaluate -m MODEL -d shapes --split pairs -t objects --heads -o r.sqlite
          the class of each object, and what each head does for it
      xai evaluate -m MODEL -d photos -o results.sqlite --shard 2/8
          every eighth part, in results-shard-2-of-8.sqlite; xai merge joins them

    Numbers depend on model, images, options, batch size and kernels alone, bit for bit on one machine. The same \
    command again resumes where a run was stopped: Ctrl-C and SIGTERM finish the image that is worked on; a second \
    Ctrl-C, a crash or a power cut lose at most four images. Another experiment is refused, with what differs.

    In a job array of Slurm (SLURM_ARRAY_TASK_ID) and an indexed job of Kubernetes (JOB_COMPLETION_INDEX) each job takes \
    its shard by itself.

    \(ExitStatus.help)
    """
}
