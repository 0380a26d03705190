import ArgumentParser
import XAICore
import XAIImage

private let familyNames = ExplainerDescriptor.Family.allCases.filter { $0 != .external }.map(\.rawValue)

/// `xai compare`: one image, every explainer that fits the model, and how far they agree.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare explainers on one image: a figure of all maps, and how far they agree.",
    usage: "xai compare --model <model> <image> [options]", discussion: CompareHelp.discussion)

  @Option(
    name: .shortAndLong,
    help: "A model directory, a .safetensors file in one, or the name of a Hugging Face repository.",
    completion: .directory)
  var model: String

  @Argument(
    help: "An image file: \(ImageFormat.readableText).", completion: .file(extensions: ImageFile.extensions))
  var image: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "An explainer with options; may be repeated. Default: every one that fits the model, with its defaults.",
      valueName: "id:key=value,…"), completion: .list(CommandContext.explainerIDs))
  var explainer: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only explainers of this family: \(familyNames.joined(separator: ", ")); may be repeated.",
      valueName: "family"),
    completion: .list(familyNames), transform: namedValue)
  var family: [ExplainerDescriptor.Family] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The class to explain: predicted, an index or a label.", valueName: "class"))
  var target = "predicted"

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for the figures; it is made where needed.", valueName: "folder"),
    completion: .directory)
  var output = "comparison"

  @Option(
    help: ArgumentHelp(
      "Images next to one another in the figure of all maps. Default: about as many as rows.",
      valueName: "n"))
  var columns: Int?

  @OptionGroup(title: "Classes") var classes: GivenClassOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Figures") var figures: FigureOptions
  @OptionGroup(title: "Images") var imageOptions: ImageOptions
  @OptionGroup(title: "KernelSelection") var engine: EngineOptions

  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if let columns { try checkColumns(columns) }
  }

  func run() throws {
    let plan = try ComparePlan(self)
    var run = CompareRun(plan)
    try run.run()
  }
}

/// The text of `xai compare --help`.
enum CompareHelp {
  static let discussion = """
    Runs the model forward once, asks every explainer about the same class, and writes two figures: all maps side by \
    side, and the agreement of each pair. Prints what each explainer took beside the shared forward pass.

      xai compare -m MODEL photo.jpg
          everything that fits the model, the predicted class
      xai compare -m MODEL photo.jpg --family attention --family gradient
          without those that ask the model hundreds of times
      xai compare -m MODEL photo.jpg -e gmar -e gmar:norm=l2 -e grad-cam -t 281
          these three, another class

    Agreement has two measures: Spearman's rank correlation of the patches' scores, and the share of the highest tenth of \
    the patches that both maps have. Alike is not right: methods that share a mechanism agree whether it is right or \
    not, and `xai evaluate` says which to believe.

    Where another class than the predicted one is asked about, each explainer makes the map of the predicted one as well, \
    and it is said which give both the same map.

    An explainer that was not named and doesn't fit the model is left out, and said so. Ctrl-C stops after the explainer \
    in work and draws what is done; a second Ctrl-C stops at once.

    \(ExitStatus.help)
    """
}
