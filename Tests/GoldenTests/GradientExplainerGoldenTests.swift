import Foundation
import Testing
import XAI
import XAITesting

/// Gradient and attention explainers, and contrasts, against captum, pytorch-grad-cam, networkx and formulas in PyTorch.
@Suite struct GradientExplainerGoldenTests {
  private let golden: GoldenMaps

  init() throws {
    golden = try GoldenMaps("explainers")
  }

  @Test("maps after min–max", arguments: GoldenCase.all, AvailableKernels.nearFloat32)
  func maps(_ model: GoldenCase, _ kernels: AvailableKernels) throws {
    try golden.forEach(of: model, on: kernels) { spec, name, found, expected in
      // Grad-CAM++ divides by sums that may nearly cancel.
      expectClose(
        minMaxNormalised(found.scores), minMaxNormalised(expected.elements),
        within: (spec.hasPrefix("grad-cam-plus-plus") ? 3e-4 : 1e-4) * kernels.slack, name)
    }
  }

  @Test("there are maps of every model and of every explainer that is checked so")
  func coverage() throws {
    for model in GoldenCase.all { #expect(golden.names(model, target: 0).count >= 24, "\(model.name)") }
    let specs = try golden.specs.union(GoldenMaps("one-pass").specs)
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

  @Test("inputs of blocks and projected values", arguments: GoldenCase.all, AvailableKernels.nearFloat32)
  func inside(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let expected = self.golden.file
    let layers = 0..<model.descriptor.layerCount
    let trace = try model.forward(
      golden.tensor("input"),
      recording: Recording(
        activations: Set(
          layers.flatMap { layer in
            [Place.input, .projectedValues].map { ActivationPoint(layer: layer, place: $0) }
          })))
    for layer in layers {
      expectCloseToLargest(
        try trace.activation(at: ActivationPoint(layer: layer, place: .input)),
        try expected.tensor("\(golden.name).input.\(layer)"), within: 1e-4 * kernels.slack, "input \(layer)")
      expectCloseToLargest(
        try trace.activation(at: ActivationPoint(layer: layer, place: .projectedValues)),
        try expected.tensor("\(golden.name).transformed_values.\(layer)"), within: 1e-4 * kernels.slack,
        "values \(layer)")
    }
  }
}
