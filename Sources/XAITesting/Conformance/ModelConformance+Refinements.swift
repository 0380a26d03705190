import XAICore
import XAITensor

extension ModelConformance {
  /// A declared capability comes with the refinement of `Model` that gives it; a refinement of which nothing is declared
  /// refuses, as that of a model does which wraps another.
  func checkRefinements(_ findings: inout Findings) {
    let declared = model.descriptor.capabilities
    let refinements: [(capabilities: Capabilities, name: String, isThere: Bool)] = [
      (.ofBackwardPass, "DifferentiableModel", model is any DifferentiableModel),
      (.ofInterventions, "IntervenableModel", model is any IntervenableModel),
      (.layerReadouts, "LayerReadableModel", model is any LayerReadableModel),
    ]
    for (capabilities, name, isThere) in refinements where !isThere {
      let missing = declared.intersection(capabilities)
      findings.expect(
        missing.isEmpty, .descriptor,
        "it declares \(missing.names.joined(separator: ", ")), and does not conform to \(name)")
    }
    let cotangent = Tensor(repeating: 0, [sample.images.count, model.descriptor.classCount])
    if let model = model as? any DifferentiableModel, declared.isDisjoint(with: .ofBackwardPass) {
      findings.expectRefusal(.descriptor, "a backward pass, of which it declares nothing,") {
        let trace = try model.forward(sample.input, recording: Recording(gradients: true))
        _ = try model.backward(from: cotangent, through: trace, requesting: GradientRequest(input: true))
      }
    }
    if let model = model as? any LayerReadableModel, !declared.contains(.layerReadouts) {
      findings.expectRefusal(.descriptor, "reading single layers, which it doesn't declare,") {
        let output = ActivationPoint(layer: 0, place: .output)
        let trace = try model.forward(
          sample.input, recording: Recording(activations: [output], gradients: true))
        try model.readLayers(from: cotangent, through: trace, layers: .some([0]), readout: .own) { _ in }
      }
    }
  }
}
