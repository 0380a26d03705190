import XAICore
import XAITensor

extension ModelConformance {
  /// Each layer is visited once; what the classifier says of the last layer in its own way is what the model says, and so
  /// are the gradients of the last attention.
  func checkLayerReadouts(_ findings: inout Findings) throws {
    let model = try model.layerReadable()
    let last = model.descriptor.layerCount - 1
    let outputs = (0...last).map { ActivationPoint(layer: $0, place: .output) }
    let trace = try model.forward(
      sample.input, recording: Recording(activations: Set(outputs), gradients: true))
    let cotangent = Targets(sample.images.map { _ in sample.classes }).cotangent(
      classCount: model.descriptor.classCount)
    var whole: Tensor?
    _ = try model.backward(
      from: cotangent, through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .some([last]))
    ) { whole = $0.gradient }
    for readout in LayerReadout.allCases {
      var visited: [Int] = []
      try model.readLayers(from: cotangent, through: trace, layers: .all, readout: readout) { gradient in
        visited.append(gradient.layer)
        guard readout == .own, gradient.layer == last, let expected = whole?.elements else { return }
        findings.expectClose(
          gradient.gradient.elements, expected,
          within: 1e-5 * expected.reduce(1e-3) { max($0, abs($1)) }, .gradients,
          "the gradient of the last attention, the layer being read by itself,")
      }
      findings.expect(
        visited == Array((0...last).reversed()), .results,
        "layers are read as \(visited), expected the last first, each once")
    }
  }
}
