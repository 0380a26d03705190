import Testing
import XAICore
import XAIExplainers
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// Swin against `transformers` and timm in float64: logits, attention, activations, gradients and maps, element by element.
@Suite struct SwinGoldenTests {
  @Test("there are fixtures of both libraries") func fixtures() {
    for (prefix, count) in [("hf-swin", 4), ("hf-swinv2", 4), ("timm-swin", 3), ("timm-swinv2", 3)] {
      #expect(SwinFixture.all.count { $0.name == prefix || $0.name.hasPrefix("\(prefix)-") } == count)
    }
  }

  @Test(
    "logits and attention within 1e-5, activations within 1e-5 of the largest", arguments: SwinFixture.all,
    AvailableKernels.all)
  func recordings(_ golden: SwinFixture, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let trace = try model.forward(
      golden.tensor("input"), recording: Recording(attention: .all, activations: Set(golden.activationPoints))
    )
    #expect(model.descriptor.layerCount == golden.grids.count)
    #expect(golden.grids.indices.map { trace.layout.grid(ofLayer: $0) } == golden.grids)
    expectClose(trace.logits, try golden.tensor("logits"), within: 1e-5, "logits of \(golden.name)")
    for layer in golden.grids.indices {
      expectClose(
        try trace.attention(ofLayer: layer), try golden.tensor("attention.\(layer)"), within: 1e-5,
        "attention.\(layer)")
    }
    for point in golden.activationPoints {
      let key = "activation.\(point.place.rawValue).\(point.layer)"
      expectCloseToLargest(try trace.activation(at: point), try golden.tensor(key), within: 1e-5, key)
    }
  }

  /// No weights here have scores that far apart, so attention doesn't show it.
  @Test("regions of a shifted window are apart by as much as in each library")
  func regions() throws {
    for (name, apart) in [
      ("hf-swin", Float(-100)), ("timm-swin", -100), ("hf-swinv2", -200), ("timm-swinv2", -100),
    ] {
      let golden = try #require(SwinFixture.all.first { $0.name == name })
      let point = ActivationPoint(layer: 1, place: .scores)
      let trace = try golden.model(on: AvailableKernels.preferred.make()).forward(
        golden.tensor("input"), recording: Recording(activations: [point]))
      let lowest = try trace.activation(at: point).elements.reduce(0, min)
      #expect(abs(lowest - apart) < 45, "\(name): \(lowest)")
    }
  }

  @Test(
    "gradients within 3e-5 of the largest entry, of version 2 within 1e-4", arguments: SwinFixture.all,
    AvailableKernels.all)
  func gradients(_ golden: SwinFixture, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let trace = try model.forward(golden.tensor("input"), recording: Recording(gradients: true))
    // Both images get every target's class, so that one pass serves all targets; each is compared at its own image.
    let targets = try Targets([golden.targets.map(\.class), golden.targets.map(\.class)])
    var attention: [Int: Tensor] = [:]
    let gradients = try model.differentiable().backward(
      from: targets.cotangent(classCount: model.descriptor.classCount), through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .all, activations: Set(golden.activationPoints), input: true)
    ) { attention[$0.layer] = $0.gradient }
    var compared = 0
    for (index, target) in golden.targets.enumerated() {
      let row = targets.row(image: target.image, target: index)
      func compare(_ key: String, _ value: Tensor) throws {
        guard let expected = try golden.optionalTensor("t\(index).\(key)") else { return }
        // Cosines divide by lengths, which may be short.
        let tolerance: Float = golden.name.contains("swinv2") ? 1e-4 : 3e-5
        expectCloseToLargest(value, expected, within: tolerance, "t\(index).\(key)")
        compared += 1
      }
      for layer in golden.grids.indices {
        let windows = trace.layout.windows(ofLayer: layer)?.count ?? 1
        try compare(
          "attention_gradient.\(layer)",
          try #require(attention[layer])[row * windows..<(row + 1) * windows])
      }
      for point in golden.activationPoints {
        try compare(
          "activation_gradient.\(point.place.rawValue).\(point.layer)",
          try #require(gradients.activations[point])[row])
      }
      try compare("input_gradient", try #require(gradients.input)[row])
    }
    #expect(compared == 2 * (1 + golden.grids.count * (1 + golden.points.count)))
  }

  @Test("maps are those of dense matrices, after min–max", arguments: SwinFixture.all, AvailableKernels.all)
  func maps(_ golden: SwinFixture, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let registry = try Registry(plugins: builtInModels + builtInExplainers)
    let input = try golden.tensor("input")
    for spec in golden.specs {
      let attributions = try registry.explainer(spec).explain(
        input, targets: .classes(golden.targets.map(\.class)), using: model)
      for (index, target) in golden.targets.enumerated() {
        let attribution = attributions[target.image][index]
        let expected = try golden.tensor("t\(index).map|\(spec)").elements
        expectClose(
          minMaxNormalised(attribution.scores), minMaxNormalised(expected), within: 1e-4,
          "\(golden.name) t\(index) \(spec)")
        guard spec.hasPrefix("gmar") else { continue }
        for (layer, weights) in try #require(attribution.diagnostics.headWeights).enumerated() {
          let expected = try golden.tensor("t\(index).head_weights.\(layer)|\(spec)")
          expectClose(weights, expected.elements, within: 1e-4, "head weights of layer \(layer), \(spec)")
        }
      }
    }
  }
}
