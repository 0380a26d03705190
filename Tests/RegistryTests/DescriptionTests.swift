import Foundation
import Testing
import XAI
import XAITesting

/// What `print` and messages of tests say of values: a line, never a tensor's elements or a thousand labels.
@Suite struct DescriptionTests {
  let model: any Model
  let scene: RGBImage

  init() throws {
    let demo = PluginFolder.root.appendingPathComponent("Examples/Demo")
    model = try loadModel(demo.appendingPathComponent("model"))
    scene = try RGBImage(contentsOf: demo.appendingPathComponent("scenes/heart-and-ring.png"))
  }

  @Test("says the gist")
  func texts() throws {
    #expect("\(scene)" == "\(scene.width)×\(scene.height) pixels")
    #expect("\(Tensor([2, 3], [0.5, -1, 2, 0, 1, 1]))" == "2×3: 0.5, -1.0, 2.0, 0.0, …")
    #expect("\(Tensor([2], [0.5, -1]))" == "2: 0.5, -1.0")
    #expect("\(Tensor([0, 3], []))" == "0×3: ")
    #expect("\(model)".hasPrefix("model (vit): "), "\(model)")
    #expect("\(model)".contains(" patches, 8 classes"), "\(model)")
    #expect("\(try GMAR { $0.norm = .l2 })" == "gmar:norm=l2")
    #expect("\(try Insertion())" == "insertion")
    let explanation = try Explanation(
      of: ["scene": scene], targets: .top(2), by: [GMAR(), AttnLRP()], using: model)
    #expect("\(explanation)" == "4 maps of 1 image by gmar, attnlrp")
  }

  @Test("is short for whatever a program may print")
  func lengths() throws {
    let input = try model.descriptor.preprocessing.tensor(from: scene)
    let trace = try model.forward(input, recording: Recording(attention: .all, gradients: true))
    let explanation = try Explanation(of: input, by: [GMAR()], using: model)
    let evaluation = try Evaluation(
      model: model, images: ["scene": scene], explainers: [GMAR()], metrics: [Insertion()])
    let results = try evaluation.results()
    let values: [any Sendable] = [
      model, model.descriptor, model.descriptor.preprocessing, model.descriptor.layout, scene, input, trace,
      explanation, explanation.targets, explanation.attributions[0][0][0], GMAR(), GMAROptions(),
      try Insertion(),
      evaluation, results, try results["insertion"], try Registry.builtIn(),
      try ImagesInMemory([(name: "scene", sample: Sample(image: scene, label: nil))], classes: []),
      LoadRequest(kernels: try KernelSelection.makeKernels()),
    ]
    for value in values {
      let text = String(describing: value)
      #expect(text.count < 400, "\(type(of: value)): \(text.count) characters: \(text.prefix(400))")
    }
  }
}
