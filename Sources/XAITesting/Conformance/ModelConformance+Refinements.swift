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
      (.tokenMasking, "TokenMaskableModel", model is any TokenMaskableModel),
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

extension ModelConformance {
  /// What a declared intervention takes away has no effect on the logits, and what it leaves has its own; one that is
  /// not declared is refused.
  func checkInterventions(_ findings: inout Findings) throws {
    guard let model = model as? any IntervenableModel else { return }
    let (images, grid) = (sample.images.count, model.descriptor.layout.grid)
    let all = Array(0..<grid.count)
    let changes: [Intervention] = [
      .keepingPatches(Array(repeating: Array(all.dropFirst()), count: images)),
      .removingHeads(Array(repeating: [Intervention.Head(layer: 0, head: 0)], count: images)),
    ]
    let whole = try model.logits(sample.input).elements
    for change in changes {
      guard model.descriptor.capabilities.isSuperset(of: change.needs) else {
        findings.expectRefusal(.interventions, "\(change.needs.names[0]), which it doesn't declare,") {
          _ = try model.logits(sample.input, under: change)
        }
        continue
      }
      let changed = try model.logits(sample.input, under: change).elements
      findings.expect(
        changed.count == whole.count && changed.allSatisfy(\.isFinite), .interventions,
        "\(change.needs.names[0]) gives \(changed.count) logits, or some that are not finite")
      findings.expect(changed != whole, .interventions, "\(change.needs.names[0]) changes nothing")
    }
    guard model.descriptor.capabilities.contains(.patchRemoval) else { return }
    let tolerance = 1e-5 * whole.reduce(1) { max($0, abs($1)) }
    let kept = try model.logits(
      sample.input, under: .keepingPatches(Array(repeating: all, count: images)))
    findings.expectClose(
      kept.elements, whole, within: tolerance, .interventions, "the logits where all patches are kept")
    try checkAbsence(of: changes[0], from: model, &findings)
  }

  /// The first patch is not kept, so what is in the first row of its pixels does not matter.
  private func checkAbsence(
    of change: Intervention, from model: any IntervenableModel, _ findings: inout Findings
  ) throws {
    let (height, width) = (sample.input.shape[2], sample.input.shape[3])
    let columns = width / model.descriptor.layout.grid.columns
    var pixels = sample.input.elements
    for plane in 0..<sample.images.count * 3 {
      for column in 0..<columns { pixels[plane * height * width + column] += 3 }
    }
    findings.expect(
      try model.logits(Tensor(sample.input.shape, pixels), under: change).elements
        == model.logits(sample.input, under: change).elements, .interventions,
      "the logits depend on a patch that is not kept")
  }
}

extension ModelConformance {
  /// Each layer is visited once; what the classifier says of the last layer in its own way is what the model says, and so
  /// are the gradients of the last attention.
  func checkLayerReadouts(_ findings: inout Findings) throws {
    let model = try model.layerReadable()
    let last = model.descriptor.layerCount - 1
    let outputs = (0...last).map { ActivationPoint(layer: $0, place: .output) }
    let trace = try model.forward(
      sample.input, recording: Recording(activations: Set(outputs), gradients: true))
    let cotangent = try Targets(sample.images.map { _ in sample.classes }).cotangent(
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

extension ModelConformance {
  /// Masks of ones leave the logits of each image as they are, from whatever layer the model runs on; patches of zeros change
  /// them; and a model that doesn't declare masks refuses them.
  func checkTokenMasking(_ findings: inout Findings) throws {
    guard let masked = model as? any TokenMaskableModel else { return }
    let inputs = model.descriptor.layers.indices.map { ActivationPoint(layer: $0, place: .input) }
    guard model.descriptor.capabilities.contains(.tokenMasking) else {
      findings.expectRefusal(.interventions, "masks of tokens, which it doesn't declare,") {
        let layout = model.descriptor.layout
        let count = layout.tokenCount(ofLayer: 0)
        _ = try masked.logits(
          of: Tensor(repeating: 0, [1, count, model.descriptor.layers[0].width]),
          under: Tensor(repeating: 1, [1, count]), fromLayer: 0, layout: layout)
      }
      return
    }
    let trace = try model.forward(sample.input, recording: Recording(activations: Set(inputs)))
    let tolerance = 1e-5 * trace.logits.elements.reduce(1) { max($0, abs($1)) }
    for point in inputs {
      let tokens = try trace.activation(at: point)
      let (count, patches) = (tokens.shape[1], trace.layout.patches(ofLayer: point.layer))
      let masks = Tensor([2, count], (0..<2 * count).map { $0 == count + patches.lowerBound ? 0 : 1 })
      for image in sample.images {
        let logits = try masked.logits(
          of: tokens[image..<image + 1], under: masks, fromLayer: point.layer, layout: trace.layout)
        findings.expectClose(
          logits[0].elements, trace.logits[image].elements, within: tolerance, .interventions,
          "the logits where the tokens of layer \(point.layer) have a mask of ones")
        findings.expect(
          logits[1].elements != logits[0].elements, .interventions,
          "a mask of layer \(point.layer) without the first patch changes nothing")
      }
    }
  }
}

extension ModelConformance {
  /// Rules of published methods, each with one that the one before it lacks.
  private static var publishedRules: [(name: String, rules: PropagationRules)] {
    [
      ("the gradient", .gradient), ("conservative", .conservative), ("cpLRP", .cpLRP), ("attnLRP", .attnLRP),
      ("lrp with ε", .lrp(.epsilon(0.5))), ("lrp with γ", .lrp(.gamma(0.5))),
      ("unchanged norms", .unchanged(.positive)), ("transformerAttribution", .transformerAttribution),
    ]
  }

  /// A model that says its rules can be replaced gives another input gradient for the rules of each published method.
  func checkRules(_ findings: inout Findings) throws {
    guard model.descriptor.capabilities.isSuperset(of: [.propagationRules, .inputGradients]) else { return }
    let trace = try model.forward(sample.input, recording: Recording(gradients: true))
    // Balanced sums of one sign are what they were without the rule, so one image and class might not tell.
    let classCount = model.descriptor.classCount
    let targets = try Targets(sample.images.map { _ in Array(0..<min(4, classCount)) })
    let cotangent = try targets.cotangent(classCount: classCount)
    var known: [(name: String, values: [Float])] = []
    for (name, rules) in Self.publishedRules {
      let passed = try model.differentiable().backward(
        from: cotangent, through: trace, rules: rules, requesting: GradientRequest(input: true))
      guard let values = passed.input?.elements, values.allSatisfy(\.isFinite) else {
        findings.fail(.rules, "with the rules of \(name) no finite input gradient comes back")
        continue
      }
      for (other, otherValues) in known where otherValues == values {
        findings.fail(.rules, "the rules of \(name) give what those of \(other) do: some rule isn't followed")
      }
      known.append((name, values))
    }
  }
}
