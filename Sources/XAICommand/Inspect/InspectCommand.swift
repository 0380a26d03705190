import ArgumentParser
import XAICore
import XAIFoundation

/// `xai inspect`: what a model is and what fits it.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a model is, what it can give and which explainers fit.",
    usage: "xai inspect <model> [options]",
    discussion: """
      Loads the model, so that a directory that inspects well also explains.

        xai inspect vit-tiny-patch16-224            architecture, tokens, preprocessing, kernels
        xai inspect MODEL --labels                  every class with its index, for --target
        xai inspect MODEL --json                    the same for programs
      """)

  @Argument(
    help: "A model directory, a .safetensors file in one, or the name of a Hugging Face repository.",
    completion: .directory)
  var model: String

  @OptionGroup(title: "Classes") var classes: GivenClassOptions
  @OptionGroup var engine: EngineOptions

  @Flag(help: "Print every class label.")
  var labels = false

  @Flag(help: "Print JSON, with every label.")
  var json = false

  func run() throws {
    let summary = try ModelSummary(
      LoadedModel(model, engine: engine, classes: classes), registry: CommandContext.currentRegistry)
    if json {
      try StandardOutput.write(XAICommand.json(summary, isIndented: true))
    } else if labels {
      try StandardOutput.write(
        table(summary.labels.enumerated().map { [String($0), FileName.shown($1)] }, rightAligned: [0]))
    } else {
      try StandardOutput.write(summary.text)
    }
  }
}
