import ArgumentParser
import XAICore
import XAIFoundation
import XAIImage

/// `xai explore`: a page on this machine where a model is asked.
struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Open a page on this machine where you ask a model: classes, maps, patches, heads.",
    usage: "xai explore <model> [<images> ...] [options]", discussion: ExploreHelp.discussion)

  @Argument(
    help: "A model directory, a .safetensors file in one, or the name of a cached Hugging Face repository.",
    completion: .directory)
  var model: String

  @Argument(
    help: "Images, folders of images, or a database of results; more images can be dropped on the page.",
    completion: .file(extensions: ImageFile.extensions + ["sqlite"]))
  var images: [String] = []

  @Option(
    name: [.customShort("m"), .customLong("also")],
    help: ArgumentHelp("Another model to compare with; may be repeated.", valueName: "model"),
    completion: .directory)
  var also: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A text that is to be a class of a model that reads texts; may be repeated.", valueName: "text"))
  var target: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The data set that a database of results is of, so that its images are there at their own size.",
      valueName: "data"), completion: .file())
  var data: String?

  @Option(help: ArgumentHelp("The port; 0 for one that is free.", valueName: "n"))
  var port = 0

  @Option(
    help: ArgumentHelp(
      "The address to listen on. Any other than 127.0.0.1 lets other machines ask: whoever has the printed address with its token sees your images and uses your processor, and nothing is encrypted.",
      valueName: "address"))
  var host = "127.0.0.1"

  @Flag(help: "Don't open the page in a browser.")
  var noOpen = false

  @Option(help: ArgumentHelp("The most pixels that an image may have.", valueName: "n"))
  var pixelLimit = RGBImage.defaultPixelLimit

  @OptionGroup(title: "Classes") var classes: GivenClassOptions
  @OptionGroup(title: "Kernels") var engine: EngineOptions

  @Flag(name: .shortAndLong, help: "Print nothing but the address and errors.")
  var quiet = false

  func validate() throws {
    guard (0...65_535).contains(port) else {
      throw ValidationError("--port is from 0 to 65535, not \(port)")
    }
    guard pixelLimit > 0 else {
      throw ValidationError("--pixel-limit needs to be 1 or more, not \(pixelLimit)")
    }
  }

  func run() throws {
    #if XAI_EXPLORE
    try ExploreRun(self).run()
    #else
    throw Failure(
      .usage,
      "this build has no page, which needs Swift 6.2 or later: XAI_EXPLORE=on swift build -c release")
    #endif
  }
}

/// The text of `xai explore --help`.
enum ExploreHelp {
  static let discussion = """
    Serves a page on 127.0.0.1 and opens it: the likeliest classes, maps of every method, patches to hide, heads to switch \
    off, and what patches attend to. The model stays in memory, and nothing leaves the machine. Ctrl-C ends it.

      xai explore MODEL photo.jpg
      xai explore MODEL photos -m OTHER     two models side by side
      xai explore MODEL results.sqlite -d photos
          the images of an evaluation, with what it found
      xai explore CLIP photo.jpg -t "a dog" -t "a cat"
      xai explore MODEL --port 8000 --no-open

    Programs ask the same by JSON: docs/explore.md.

    \(ExitStatus.help)
    """
}
