import ArgumentParser
import XAI

/// Asks several explainers about one image in a single forward pass, and says how far they agree.
@main struct CompareExplainers: ParsableCommand {
  @Argument(help: "A model directory of Hugging Face or timm.") var model: String
  @Argument(help: "A JPEG or PNG.") var image: String
  @Argument(help: "The montage that is written: .svg, .pdf, .png or .jpg.") var output: String
  @Option(
    name: .shortAndLong, parsing: .upToNextOption, help: "Explainers with their options, as in gmar:norm=l2.")
  var explainers = [
    "attention-rollout", "gmar", "gmar:norm=l2", "gradient-rollout", "generic-attention", "grad-cam",
  ]
  @Option(name: .shortAndLong, help: "A class index, a label, or predicted.") var target =
    "predicted"

  func run() throws {
    let registry = try Registry.builtIn()
    let model = try registry.loadModel(
      ModelDirectory(model), LoadRequest(kernels: KernelSelection.makeKernels()))
    let preprocessing = model.descriptor.preprocessing
    let photograph = try RGBImage(contentsOf: image)
    let explanation = try Explanation(
      of: preprocessing.tensor(from: photograph), targets: TargetSelection(parsing: target),
      by: explainers.map(registry.explainer), using: model)
    let attributions = explanation.attributions.map { $0[0][0] }

    print("class: \(model.descriptor.labels[attributions[0].classIndex])\n")
    let agreement = MapAgreement(attributions)
    print(table("Spearman's rank correlation of patch scores", attributions, agreement.correlation))
    print(table("shared share of the top 10 % of patches", attributions, agreement.overlap))

    let view = try preprocessing.resizedAndCropped(photograph)
    let overlays = try attributions.map { try $0.overlay(on: view) }
    let montage = Montage(
      rows: [[view] + overlays], columnHeaders: ["input"] + attributions.map(\.explainer))
    let unwritten = try montage.drawing().write(to: output)
    if let advice = Figure.fontAdvice(for: unwritten) { print("Warning: \(advice)") }
    print("the maps are in \(output)")
  }

  /// A matrix of a measure of agreement, one row and column an explainer.
  private func table(
    _ title: String, _ attributions: [Attribution], _ values: [[Double?]]
  ) -> String {
    let names = attributions.map(\.explainer)
    let width = names.map(\.count).max() ?? 0
    var lines = [title, padded("", width) + names.indices.map { padded("(\($0 + 1))", 8) }.joined()]
    for row in attributions.indices {
      let cells = values[row].map { padded($0.map(twoDecimals) ?? "-", 8) }
      lines.append(names[row] + padded("(\(row + 1))", width - names[row].count + 4) + cells.joined())
    }
    lines[1] = padded("", 4) + lines[1]
    return lines.joined(separator: "\n") + "\n"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func twoDecimals(_ value: Double) -> String {
    let hundredths = Int((abs(value) * 100).rounded())
    let fraction = hundredths % 100
    return (value < 0 && hundredths > 0 ? "-" : "")
      + "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}
