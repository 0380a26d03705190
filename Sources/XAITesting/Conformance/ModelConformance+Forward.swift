import XAICore
import XAITensor

extension ModelConformance {
  /// The trace holds what was asked for, in the shapes that the layout implies.
  func checkTrace(_ trace: ForwardTrace, _ findings: inout Findings) {
    let descriptor = model.descriptor
    let images = sample.images.count
    /// In the form that a place is listed with.
    func formed(_ form: PlaceDescriptor.Form, _ layer: Int) -> TensorShape {
      switch form {
      case .tokens(let width): [images, trace.layout.tokenCount(ofLayer: layer), width]
      case .pairs:
        trace.layout.attentionShape(
          ofLayer: layer, rows: images, heads: descriptor.layers[layer].attention?.headCount ?? 0)
      }
    }
    findings.expect(
      trace.layout == descriptor.layout, .results,
      "the trace's layout is not that of the model's own input size")
    func expectShape(_ tensor: Tensor, _ shape: TensorShape, _ what: String) {
      findings.expect(tensor.shape == shape, .results, "\(what) is \(tensor.shape), expected \(shape)")
      findings.expect(
        tensor.elements.allSatisfy(\.isFinite), .results, "\(what) has values that are not finite")
    }
    expectShape(trace.logits, [images, descriptor.classCount], "the logits")
    let layers = fullRecording.attention.isEmpty ? [] : attentionLayers
    findings.expect(
      trace.attention.keys.sorted() == layers, .recording,
      "the trace has the attention of layers \(trace.attention.keys.sorted()), asked for were \(layers)")
    findings.expect(
      Set(trace.activations.keys) == fullRecording.activations, .recording,
      "the trace has \(trace.activations.count) activations, asked for were \(fullRecording.activations.count)"
    )
    for (point, activation) in trace.activations {
      guard let listed = descriptor[point] else { continue }
      expectShape(activation, formed(listed.form, point.layer), "the activation \(point)")
    }
    for (layer, attention) in trace.attention {
      let shape = formed(.pairs, layer)
      expectShape(attention, shape, "the attention of layer \(layer)")
      let (elements, width) = (attention.elements, max(shape[3], 1))
      let worst =
        stride(from: 0, to: elements.count, by: width)
        .map { abs(elements[$0..<min($0 + width, elements.count)].reduce(0, +) - 1) }.max() ?? 0
      findings.expect(worst <= 1e-4, .attention, "a row of layer \(layer) sums to 1 ± \(worst)")
      findings.expect(elements.allSatisfy { $0 >= 0 }, .attention, "layer \(layer) has negative attention")
    }
  }

  /// The logits are the same whatever is recorded, and whatever else is in the batch.
  func checkLogits(_ logits: Tensor, _ findings: inout Findings) throws {
    let tolerance = 1e-5 * logits.elements.reduce(1) { max($0, abs($1)) }
    let plain = try model.forward(sample.input, recording: Recording())
    findings.expectClose(
      plain.logits.elements, logits.elements, within: tolerance, .recording,
      "the logits where nothing is recorded")
    findings.expect(
      plain.attention.isEmpty && plain.activations.isEmpty && plain.tape == nil, .recording,
      "a recording of nothing leaves something in the trace")
    findings.expect(
      try model.logits(sample.input).elements == plain.logits.elements, .determinism,
      "a second run gives other logits")
    for image in sample.images {
      findings.expectClose(
        try model.logits(sample.input[image..<image + 1]).elements, logits[image].elements, within: tolerance,
        .batch,
        "the logits of image \(image) alone")
    }
  }

  /// Inputs that are no batch of images of a size that the model takes are refused.
  func checkUnusableInputs(_ findings: inout Findings) {
    let (height, width) = (sample.input.shape[2], sample.input.shape[3])
    var shapes: [TensorShape] = [[3, height, width], [0, 3, height, width], [1, 1, height, width]]
    // A single pixel is an input only where a patch is.
    if model.descriptor.layout.grid != PatchGrid(rows: height, columns: width) {
      shapes.append([1, 3, 1, 1])
    }
    for shape in shapes {
      do {
        _ = try model.logits(Tensor(repeating: 0, shape))
        findings.fail(.refusal, "an input of \(shape) is accepted")
      } catch ModelError.unsupportedInput(let name, let reason) {
        findings.expect(
          name == model.descriptor.name && !reason.isEmpty, .refusal,
          "the error for \(shape) names '\(name)': \(reason)")
      } catch {
        findings.fail(
          .refusal, "an input of \(shape) is refused with \(error), expected ModelError.unsupportedInput")
      }
    }
  }

  /// Places that a layer doesn't list are refused, and not left out in silence.
  func checkUnlistedPlaces(_ findings: inout Findings) {
    let point = ActivationPoint(layer: 0, place: Place(rawValue: "no-such-place"))
    func expectRefusal(_ what: String, _ body: () throws -> Void) {
      do {
        try body()
        findings.fail(.refusal, "\(what) of a place that it doesn't list is accepted")
      } catch ModelError.unsuitablePlace(_, let name, let refused, _) {
        findings.expect(
          name == model.descriptor.name && refused == point, .refusal,
          "\(what) of a place that it doesn't list is refused for \(refused) of '\(name)'")
      } catch {
        findings.fail(
          .refusal,
          "\(what) of a place that it doesn't list is refused with \(error), expected ModelError.unsuitablePlace"
        )
      }
    }
    if model.descriptor.capabilities.contains(.activations) {
      expectRefusal("a recording") {
        _ = try model.forward(sample.input, recording: Recording(activations: [point]))
      }
    }
    if model.descriptor.capabilities.contains(.activationGradients) {
      expectRefusal("a gradient") {
        let trace = try model.forward(sample.input, recording: Recording(gradients: true))
        _ = try model.differentiable().backward(
          from: Tensor(repeating: 0, trace.logits.shape), through: trace,
          requesting: GradientRequest(activations: [point]))
      }
    }
  }
}
