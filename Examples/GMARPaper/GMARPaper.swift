import ArgumentParser
import XAI

/// The first table and the fourth figure of the GMAR paper, with numbers and maps of this package.
///
/// Source: Jo, Jang & Park 2025, "GMAR: Gradient-Driven Multi-Head Attention Rollout for Vision Transformer
/// Interpretability" (arXiv 2504.19414).
@main struct GMARPaper: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The GMAR paper's table and figure, with numbers and maps of this package.",
    subcommands: [TableCommand.self, FigureCommand.self])
}

/// `GMARPaper table`: the paper's Table 1 next to the results of `xai evaluate`.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Print the paper's Table 1 next to results of xai evaluate.")

  @Argument(help: "Databases of results.") var results: [String]

  func run() throws {
    let registry = try Registry.builtIn()
    let report = try Report(
      of: results.map { try Report.Source(name: $0, results: ResultStore.results(at: $0)) })
    print(PaperTable.caution)
    for section in report.sections {
      print("\n\(section.experiment.model.name) on \(section.experiment.data.name)\n")
      print(
        try PaperTable(section, registry: registry)?.text ?? "No method or no metric of the table is here.\n")
    }
  }
}

/// `GMARPaper figure`: an image's attention map, weighted attention map and their difference, the paper's fourth figure.
///
/// The paper doesn't define the three. Here the attention map is Attention Rollout and the weighted one GMAR, both upsampled
/// and scaled to [0, 1]; the difference is weighted − attention on a signed scale whose ends are its greatest magnitude.
struct FigureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figure", abstract: "Draw attention, weighted attention and their difference, as in Fig. 4.")

  @Argument(help: "A model directory of Hugging Face or timm.") var model: String
  @Argument(help: "A JPEG or PNG.") var image: String
  @Argument(help: "The figure that is written: .svg, .pdf, .png or .jpg.") var output: String
  @Option(name: .shortAndLong, help: "A class index, a label, or predicted.") var target =
    "predicted"

  func run() throws {
    let model = try Registry.builtIn().loadModel(
      ModelDirectory(model), LoadRequest(kernels: KernelSelection.makeKernels()))
    let preprocessing = model.descriptor.preprocessing
    let photograph = try RGBImage(contentsOf: image)
    let explanation = try Explanation(
      of: preprocessing.tensor(from: photograph), targets: TargetSelection(parsing: target),
      by: [AttentionRollout(), GMAR()], using: model)
    let (attention, weighted) = (
      explanation.attributions[0][0][0].heatMap, explanation.attributions[1][0][0].heatMap
    )
    let difference = Tensor(weighted.shape, zip(weighted.elements, attention.elements).map { $0 - $1 })
    let greatest = difference.elements.reduce(0) { max($0, $1.magnitude) }
    let figure = try Montage(
      rows: [
        [
          preprocessing.resizedAndCropped(photograph), RGBImage(map: attention, scale: .range(0...1)),
          RGBImage(map: weighted, scale: .range(0...1)),
          RGBImage(map: difference, scale: .centred(difference)),
        ]
      ], columnHeaders: ["Input", "Attention", "Weighted", "Difference"],
      colourBars: greatest > 0 ? [ColourBar(.coolwarm, range: -Double(greatest)...Double(greatest))] : [])
    let unwritten = try figure.drawing().write(to: output)
    if let advice = Figure.fontAdvice(for: unwritten) { print("Warning: \(advice)") }
    print("greatest difference: \(greatest)")
  }
}
