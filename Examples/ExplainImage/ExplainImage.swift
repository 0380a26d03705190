import ArgumentParser
import XAI

/// The shortest program that explains an image: which patches made the model say what it says.
@main struct ExplainImage: ParsableCommand {
  @Argument(help: "A model directory of Hugging Face or timm.") var model: String
  @Argument(help: "A JPEG or PNG.") var image: String
  @Argument(help: "The overlay that is written.") var output: String

  func run() throws {
    let model = try loadModel(model)
    let photograph = try RGBImage(contentsOf: image)
    let map = try GMAR().explain(photograph, using: model)
    try map.overlay(on: photograph, seenBy: model).write(to: output)
    print("\(map.label ?? "class \(map.classIndex)"): \(map.explainer) is in \(output)")
  }
}
