import XAICore
import XAITensor

extension ModelConformance {
  /// Everything that the declared capabilities let a backward pass be asked for.
  private var fullRequest: GradientRequest {
    let capabilities = model.descriptor.capabilities
    return GradientRequest(
      attention: capabilities.contains(.attentionGradients) ? .all : .none,
      activations: capabilities.contains(.activationGradients)
        ? points.filter { model.descriptor[$0]?.hasGradient == true } : [],
      input: capabilities.contains(.inputGradients))
  }

  private struct Pass {
    var gradients: Gradients
    var attention: [(layer: Int, gradient: Tensor)] = []
  }

  private func pass(_ classes: [Int], _ trace: ForwardTrace) throws -> Pass {
    var attention: [(layer: Int, gradient: Tensor)] = []
    let targets = try Targets(sample.images.map { _ in classes })
    let gradients = try model.differentiable().backward(
      from: targets.cotangent(classCount: model.descriptor.classCount), through: trace, rules: .gradient,
      requesting: fullRequest
    ) { attention.append(($0.layer, $0.gradient)) }
    return Pass(gradients: gradients, attention: attention)
  }

  /// Input gradients equal central differences of the logit at the pixels where they are largest.
  func checkGradients(_ findings: inout Findings) throws {
    guard model.descriptor.capabilities.contains(.inputGradients) else { return }
    let image = sample.input[0..<1]
    let trace = try model.forward(image, recording: Recording(gradients: true))
    let classIndex = sample.classes[sample.classes.count - 1]
    let gradients = try model.differentiable().backward(
      from: Targets([[classIndex]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      requesting: GradientRequest(input: true))
    guard let gradient = gradients.input, gradient.shape == image.shape else {
      return findings.fail(.gradients, "no input gradient of \(image.shape) comes back")
    }
    let values = gradient.elements
    let strongest = values.indices.sorted { abs(values[$0]) > abs(values[$1]) }.prefix(4)
    let step: Float = 1e-2
    for pixel in strongest {
      let logits = try [step, -step].map { change -> Float in
        var pixels = image.elements
        pixels[pixel] += change
        return try model.logits(Tensor(image.shape, pixels))[0].elements[classIndex]
      }
      let difference = (logits[0] - logits[1]) / (2 * step)
      findings.expect(
        abs(difference - values[pixel]) <= 0.02 * abs(values[strongest[0]]), .gradients,
        "∂y/∂x of entry \(pixel) is \(values[pixel]), but the logit changes by \(difference)")
    }
  }

  /// Several targets in one pass, target-major, give what each gives alone; layers are visited from the last down.
  func checkTargets(_ findings: inout Findings) throws {
    let trace = try model.forward(sample.input, recording: Recording(gradients: true))
    let together = try pass(sample.classes, trace)
    let layers = Array(attentionLayers.reversed())
    findings.expect(
      fullRequest.attention.isEmpty || together.attention.map(\.layer) == layers, .results,
      "layers are visited as \(together.attention.map(\.layer)), expected \(layers)")
    for (target, classIndex) in sample.classes.enumerated() {
      let alone = try pass([classIndex], trace)
      let rows = target * sample.images.count..<(target + 1) * sample.images.count
      /// In windows, a row of the pass has as many matrices as there are windows.
      func compare(_ all: Tensor?, _ single: Tensor?, windows: Int = 1, _ what: String) {
        guard let all, let single, all.shape[0] == windows * sample.classes.count * sample.images.count else {
          return findings.fail(
            .results, "the gradient of \(what) is missing, or not one row per target and image")
        }
        let expected = single.elements
        findings.expectClose(
          all[windows * rows.lowerBound..<windows * rows.upperBound].elements, expected,
          within: 1e-5 * expected.reduce(1e-3) { max($0, abs($1)) }, .targets,
          "the gradient of \(what) for class \(classIndex) among others")
      }
      for (layer, gradient) in together.attention {
        compare(
          gradient, alone.attention.first { $0.layer == layer }?.gradient,
          windows: trace.layout.windows(ofLayer: layer)?.count ?? 1, "the attention of layer \(layer)")
      }
      for point in fullRequest.activations {
        compare(
          together.gradients.activations[point], alone.gradients.activations[point],
          windows: windowCount(of: point, trace), "\(point)")
      }
      if fullRequest.input { compare(together.gradients.input, alone.gradients.input, "the input") }
    }
  }

  /// How many matrices a row of the pass has at a point.
  private func windowCount(of point: ActivationPoint, _ trace: ForwardTrace) -> Int {
    guard case .pairs = model.descriptor[point]?.form else { return 1 }
    return trace.layout.windows(ofLayer: point.layer)?.count ?? 1
  }

  private struct ForeignTape: Sendable {}

  /// Traces of another model, traces without a tape, and cotangents of other classes are refused.
  func checkForeignTraces(_ findings: inout Findings) {
    let classes = model.descriptor.classCount
    func expectRefusal(_ what: String, columns: Int, _ trace: (ForwardTrace) -> ForwardTrace) {
      findings.attempt(.refusal, "a forward pass") { findings in
        let recorded = try model.forward(sample.input, recording: Recording(gradients: true))
        let cotangent = Tensor(repeating: 0, [sample.images.count, columns])
        do {
          _ = try model.differentiable().backward(
            from: cotangent, through: trace(recorded), requesting: fullRequest)
          findings.fail(.refusal, "\(what) is accepted")
        } catch is ModelError {
          // As it should be.
        }
      }
    }
    func replacing(_ trace: ForwardTrace, tape: (any Sendable)?) -> ForwardTrace {
      ForwardTrace(input: trace.input, layout: trace.layout, logits: trace.logits, tape: tape)
    }
    expectRefusal("a trace without gradients", columns: classes) { replacing($0, tape: nil) }
    expectRefusal("a trace of another model", columns: classes) { replacing($0, tape: ForeignTape()) }
    expectRefusal("a cotangent of \(classes + 1) classes", columns: classes + 1) { $0 }
  }
}
