import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting

/// Places are the model's: one without attention has its own, and whoever asks for another is refused when it is composed.
@Suite struct PlaceTests {
  private let convolution = ConvolutionalModel()

  @Test func aModelWithoutAttentionConforms() {
    #expect(ModelConformance(convolution).failures() == [])
  }

  @Test func explainersConformOnItsPlace() {
    let place = [(key: "point", value: "feature-map")]
    #expect(ExplainerConformance(GradCAM.self, models: [convolution], with: place).failures() == [])
    #expect(ExplainerConformance(LayerCAM.self, models: [convolution], with: place).failures() == [])
  }

  @Test("Grad-CAM of its feature map is the formula of the paper")
  func gradCAM() throws {
    var options = GradCAMOptions()
    (options.point, options.relu) = (ConvolutionalModel.featureMap, false)
    var random = SeededRandom(seed: 8)
    let input = random.normal([2, 3, 12, 16])
    let point = ActivationPoint(layer: 0, place: ConvolutionalModel.featureMap)
    let trace = try convolution.forward(input, recording: Recording(activations: [point]))
    let maps = try GradCAM(options: options).explain(input, targets: .classes([0, 2]), using: convolution)
    for image in 0..<2 {
      let features = Matrix(try trace.activation(at: point)[image])
      for (target, classIndex) in [0, 2].enumerated() {
        // The gradient is the head's row over the number of patches, at every patch alike.
        let expected = (0..<12).map { patch in
          (0..<5).reduce(0.0) {
            $0 + features[patch, $1] * Double(convolution.head[classIndex * 5 + $1]) / 12
          }
        }
        expectClose(
          maps[image][target].scores, expected.map { Float($0) }, within: 1e-5, "image \(image)")
      }
    }
  }

  @Test("a place that a model doesn't list is refused by name before any arithmetic")
  func refusals() throws {
    let registry = try Registry(plugins: builtInModels + builtInExplainers)
    for text in ["grad-cam", "layer-cam", "score-cam", "vit-cx", "grad-cam-plus-plus"] {
      let explainer = try registry.explainer(text)
      expectError("\(text) can't look at first-norm of layer 0 of convolution: that layer has feature-map") {
        try explainer.check(fits: convolution.descriptor)
      }
    }
    for text in ["gmar", "attention-rollout", "legrad", "token-tm", "bth:variant=token"] {
      let explainer = try registry.explainer(text)
      expectError("attention") { try explainer.check(fits: convolution.descriptor) }
    }
    let toy = ToyModel.classToken.make(on: AvailableKernels.preferred.make()).descriptor
    for (text, reason) in [
      ("grad-cam:point=scores", "it has a value for each pair of tokens"),
      ("grad-cam:point=projected-values", "it has no gradient"),
      ("grad-cam:point=feature-map", "that layer has input, first-norm, queries"),
      ("score-cam:point=scores", "it has a value for each pair of tokens"),
    ] {
      let explainer = try registry.explainer(text)
      expectError(reason) { try explainer.check(fits: toy) }
    }
    for text in ["grad-cam:point=values", "grad-cam:point=mlp-hidden", "score-cam:point=projected-values"] {
      try registry.explainer(text).check(fits: toy)
    }
    #expect(throws: OptionError.self) { try registry.explainer("grad-cam:point=First Norm") }
  }

  @Test("an explainer that needs attention refuses a model of which a layer has none")
  func layersWithoutAttention() throws {
    var mixed = ToyModel.classToken.make(on: AvailableKernels.preferred.make()).descriptor
    mixed.layers[0].attention = nil
    let registry = try Registry(plugins: builtInModels + builtInExplainers)
    for text in ["gmar", "generic-attention", "attention-rollout", "legrad", "partial-lrp"] {
      let explainer = try registry.explainer(text)
      expectError("\(text) needs attention, and layer 0 of toy-class-token has none") {
        try explainer.check(fits: mixed)
      }
    }
    // What looks at other layers alone is taken on.
    for text in ["raw-attention", "attention-rollout:start=1", "grad-cam", "attnlrp"] {
      try registry.explainer(text).check(fits: mixed)
    }
    expectError("raw-attention:layer=0 needs attention") {
      try registry.explainer("raw-attention:layer=0").check(fits: mixed)
    }
  }
}
