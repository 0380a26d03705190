import ArgumentParser
import XAICore
import XAIImage

/// `xai explain`: maps of images, drawn and written.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain what a model sees in images: overlays, maps, records, figures.",
    usage: "xai explain --model <model> <images> ... [options]", discussion: ExplainHelp.discussion)

  @Option(
    name: .shortAndLong,
    help: "A model directory, a .safetensors file in one, or the name of a Hugging Face repository.",
    completion: .directory)
  var model: String

  @Argument(
    help: "Image files (\(ImageFormat.readableText)), or folders of them (not their subfolders).",
    completion: .file(extensions: ImageFile.extensions))
  var images: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "An explainer with options, such as gmar:norm=l2; may be repeated (default: the one that leads of those that follow the class and fit the model).",
      valueName: "id:key=value,…"),
    completion: .list(CommandContext.explainerIDs))
  var explainer: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A class to explain: predicted, top:N, an index, a label, or for CLIP and SigLIP a text; may be repeated.",
      valueName: "class"))
  var target = ["predicted"]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for files; it is made where needed.", valueName: "folder"),
    completion: .directory)
  var output = "explanations"

  @Option(
    help: ArgumentHelp(
      "What to write: \(OutputKind.allCases.map(\.rawValue).joined(separator: ", ")); several with commas.",
      valueName: "kinds"), completion: .list(OutputKind.allCases.map(\.rawValue)), transform: OutputKind.list)
  var outputKind: [OutputKind] = [.overlay]

  @Flag(
    inversion: .prefixedNo,
    help: "Draw a colour bar below overlays and heat maps; without it they have the size of the image.")
  var colourBar = true

  @Flag(help: "Also draw a montage of all images × explainers, ten rows per page.")
  var montage = false

  @Flag(help: "Also draw what every head of every layer attends to, as a grid for each image.")
  var attentionMaps = false

  @Option(
    help: ArgumentHelp(
      "Images next to one another in a montage, heads in a grid. Default: all explainers, all heads of a layer.",
      valueName: "n"))
  var columns: Int?
  @Flag(help: "Also draw the weight of each layer's heads, the highest framed red, the lowest yellow.")
  var headWeights = false

  @OptionGroup(title: "Classes") var classes: GivenClassOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Figures") var figures: FigureOptions
  @OptionGroup(title: "Images") var imageOptions: ImageOptions
  @OptionGroup(title: "KernelSelection") var engine: EngineOptions
  @OptionGroup(title: "Profile") var profiling: ProfileOptions

  @Option(help: ArgumentHelp("Images in one pass of the model.", valueName: "n"))
  var batchSize = 4

  @Flag(help: "Print one JSON line per map on standard output, and nothing else there.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if let columns { try checkColumns(columns) }
    guard (1...1024).contains(batchSize) else {
      throw ValidationError("--batch-size is from 1 to 1024, not \(batchSize)")
    }
  }

  func run() throws {
    let plan = try ExplainPlan(self)
    var run = ExplainRun(plan)
    try run.run()
    plan.profile?.report("Where the time went:", model: plan.model.descriptor)
  }
}

/// The text of `xai explain --help`.
enum ExplainHelp {
  static let discussion = """
    Runs every explainer on every image and class in one pass of the model per batch. Everything that you write is \
    checked before the first pass.

      xai explain -m MODEL photo.jpg
          the predicted class by AttnLRP: explanations/photo.attnlrp-preset=vit.207.overlay.png
      xai explain -m MODEL photos -e gmar -e gmar:norm=l2 -e grad-cam --montage
          a folder, three methods, and a figure that has them side by side
      xai explain -m MODEL photo.jpg -t top:3 -t "golden retriever" -t 281
          several classes in one backward pass; a label may hold commas
      xai explain -m CLIP photo.jpg -t "a photo of a dog" -t "a photo of a cat"
          classes are texts, for a model that reads them; --classes-from takes files of texts or vectors, and images
      xai explain -m MODEL photos --output-kind map,record --json
          numbers: the grid as NumPy file, a JSON record, and JSON lines
      xai explain -m MODEL photo.jpg --head-weights
          the map, and the weight of each head of each layer
      xai explain -m MODEL photo.jpg --attention-maps --figure-format pdf --figure-width 180mm
          what each head of each layer attends to, as wide as a page's text
      xai explain -m MODEL photo.jpg --size 224x448
          another input size, which need not be square

    Files are named <image>.<explainer>.<class index>.<kind>; images of one name in several folders have the \
    folder before it. Images are upright, as their EXIF orientation says. Overlays are drawn on the image as it is; what the model doesn't see of it is dimmed; a colour bar is below. Signed scores are \
    drawn symmetric about 0: blue against the class, red for it, as strong as they are large. Others are drawn from the lowest \
    of a map to its highest. The .npy files and records hold the scores as they are.

    An image that can't be used is reported and the others are still done; the exit status is then that of the first \
    such image. Ctrl-C stops before the next image is written, or between two passes of an explainer of many; a second Ctrl-C stops at once. Files appear whole or \
    not at all.

    \(ExitStatus.help)
    """
}
