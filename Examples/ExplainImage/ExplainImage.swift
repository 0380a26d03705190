import ArgumentParser
import XAI

/// The shortest program that explains an image: which patches made the model say what it says.
@main struct ExplainImage: ParsableCommand {
  @Argument(help: "A model directory of Hugging Face or timm.") var model: String
  @Argument(help: "A JPEG or PNG.") var image: String
  @Argument(help: "The overlay that is written.") var output: String

  func run() throws {
    let model = try Registry.builtIn().loadModel(
      ModelDirectory(model), LoadRequest(kernels: KernelSelection.makeKernels()))
    let preprocessing = model.descriptor.preprocessing
    let photograph = try Image(contentsOf: image)
    let attribution = try GMAR().explain(preprocessing.tensor(from: photograph), using: model)[0][0]
    try attribution.overlay(on: photograph, seenThrough: preprocessing).write(to: output)
    print("\(model.descriptor.labels[attribution.classIndex]): \(attribution.explainer) is in \(output)")
  }
}
