import Foundation
import Testing
import XAI
import XAITesting

/// Gradient and attention explainers, and contrasts, against captum, pytorch-grad-cam, networkx and formulas in PyTorch.
@Suite struct GradientExplainerGoldenTests {
  private static let expected = try? SafetensorsFile(
    path: GoldenCase.fixtures.appendingPathComponent("explainers/expected.safetensors").path)

  private func names(_ golden: GoldenCase, _ part: String) throws -> [String] {
    try #require(Self.expected).tensors.map(\.name).filter { $0.hasPrefix("\(golden.name).\(part)") }
  }

  @Test("maps after min–max", arguments: GoldenCase.all, AvailableKernels.all)
  func maps(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let (registry, expected) = (try Registry.builtIn(), try #require(Self.expected))
    let input = try golden.tensor("input")
    for (index, target) in golden.targets.enumerated() {
      let prefix = "t\(index).map|"
      for name in try names(golden, prefix) {
        let spec = String(name.dropFirst(golden.name.count + 1 + prefix.count))
        let attribution = try registry.explainer(spec).explain(
          input[target.image..<target.image + 1], targets: .classes([target.class]), using: model)[0][0]
        // Grad-CAM++ divides by sums that may nearly cancel.
        expectClose(
          minMaxNormalised(attribution.scores), minMaxNormalised(try expected.tensor(name).elements),
          within: spec.hasPrefix("grad-cam-plus-plus") ? 3e-4 : 1e-4, name)
      }
    }
  }

  @Test("there are maps of every model and of every explainer that is checked so")
  func coverage() throws {
    for golden in GoldenCase.all { #expect(try names(golden, "t0.map|").count >= 24, "\(golden.name)") }
    let specs = Set(
      try #require(Self.expected).tensors.compactMap { $0.name.split(separator: "|").last.map(String.init) })
    for id in [
      "input-x-gradient", "integrated-gradients", "smooth-grad", "grad-cam-plus-plus", "layer-cam", "legrad",
      "attention-flow", "token-tm", "bth",
    ] { #expect(specs.contains { $0.hasPrefix(id) }, "\(id)") }
    for entry in try Registry.builtIn().explainers
    where entry.descriptor.takesContrast && entry.descriptor.family == .gradient {
      #expect(
        specs.contains { $0.hasPrefix(entry.descriptor.id) && $0.contains("contrast=") },
        "\(entry.descriptor.id)")
    }
  }

  @Test("inputs of blocks and transformed values", arguments: GoldenCase.all, AvailableKernels.all)
  func inside(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let expected = try #require(Self.expected)
    let layers = 0..<model.descriptor.layerCount
    let trace = try model.forward(
      golden.tensor("input"),
      recording: Recording(
        activations: Set(layers.map { ActivationPoint(layer: $0, point: .input) }), transformedValues: .all))
    for layer in layers {
      expectCloseToLargest(
        try trace.activation(at: ActivationPoint(layer: layer, point: .input)),
        try expected.tensor("\(golden.name).input.\(layer)"), within: 1e-4, "input \(layer)")
      expectCloseToLargest(
        try trace.transformedValues(ofLayer: layer),
        try expected.tensor("\(golden.name).transformed_values.\(layer)"), within: 1e-4, "values \(layer)")
    }
  }
}
