public import XAICore
import XAIFoundation
import XAITensor

/// What a model has to do: see ``ConformanceFailure/Check`` for what is checked.
///
/// It runs the model some thirty times, and twice for each parameter of one that can be trained, so give it a small one.
public struct ModelConformance: Conformance {
  let model: any Model
  let sample: Sample

  /// Tries a model on random images of its own input size.
  public init(_ model: any Model) {
    self.model = model
    self.sample = Sample(of: model)
  }

  /// Runs every check and says what failed.
  public func failures() -> [ConformanceFailure] {
    var findings = Findings(of: model.descriptor.name)
    checkDescriptor(&findings)
    findings.attempt(.results, "a forward pass") { findings in
      let trace = try model.forward(sample.input, recording: fullRecording)
      checkTrace(trace, &findings)
      try checkLogits(trace.logits, &findings)
    }
    checkUnusableInputs(&findings)
    checkRefinements(&findings)
    checkUnlistedPlaces(&findings)
    if !gradientCapabilities.isEmpty {
      findings.attempt(.gradients, "a backward pass") { try checkGradients(&$0) }
      findings.attempt(.targets, "a backward pass of several targets") { try checkTargets(&$0) }
      findings.attempt(.rules, "a backward pass with other rules") { try checkRules(&$0) }
      checkForeignTraces(&findings)
    }
    if model.descriptor.capabilities.isSuperset(of: [.layerReadouts, .attentionGradients, .activations]) {
      findings.attempt(.gradients, "reading single layers") { try checkLayerReadouts(&$0) }
    }
    findings.attempt(.interventions, "a change of what it computes") { try checkInterventions(&$0) }
    findings.attempt(.interventions, "masks of tokens") { try checkTokenMasking(&$0) }
    findings.attempt(.parameters, "a step of training") { try checkTraining(&$0) }
    return findings.failures
  }

  private func checkDescriptor(_ findings: inout Findings) {
    let descriptor = model.descriptor
    findings.expect(!descriptor.name.isEmpty, .descriptor, "the name is empty")
    findings.expect(!descriptor.architecture.isEmpty, .descriptor, "the architecture is empty")
    findings.expect(
      descriptor.labels.isEmpty == (descriptor.output == .none), .descriptor,
      "it has \(descriptor.labels.count) labels, and its outputs mean '\(descriptor.output.rawValue)'")
    findings.expect(
      descriptor.output != .sigmoid || descriptor.labels.count == 1, .descriptor,
      "its outputs mean one class, and it has \(descriptor.labels.count) labels")
    for (name, count) in [
      ("layers", descriptor.layerCount), ("parameters", descriptor.parameterCount),
    ] {
      findings.expect(count > 0, .descriptor, "it has \(count) \(name)")
    }
    for (index, layer) in descriptor.layers.enumerated() {
      checkLayer(layer, "layer \(index)", &findings)
    }
    findings.attempt(.descriptor, "the layout of its own input size") { findings in
      let layout = try model.layout(height: sample.input.shape[2], width: sample.input.shape[3])
      findings.expect(
        layout == descriptor.layout, .descriptor,
        "its own input size has the layout \(layout), not the descriptor's")
      let weights = layout.readoutWeights.reduce(0, +)
      findings.expect(abs(weights - 1) < 1e-5, .descriptor, "the readout weights sum to \(weights), not 1")
    }
  }

  private func checkLayer(_ layer: LayerDescriptor, _ name: String, _ findings: inout Findings) {
    findings.expect(layer.width > 0, .descriptor, "tokens of \(name) have \(layer.width) elements")
    findings.expect(
      layer.attention.map { $0.headCount > 0 } ?? true, .descriptor, "the attention of \(name) has no heads")
    let places = layer.places.map(\.place)
    findings.expect(Set(places).count == places.count, .descriptor, "\(name) lists a place twice")
    for place in places {
      findings.expect(
        Place(optionText: place.rawValue) != nil, .descriptor,
        "the place '\(place.rawValue)' of \(name) is not kebab-case, so that users can't write it")
    }
    let givesActivations = model.descriptor.capabilities.contains(.activations)
    findings.expect(
      !givesActivations || !places.isEmpty, .descriptor, "it gives activations, and \(name) lists no place")
  }

  /// Everything that the declared capabilities let a recording ask for.
  var fullRecording: Recording {
    let capabilities = model.descriptor.capabilities
    return Recording(
      attention: capabilities.contains(.attention) ? .all : .none,
      activations: capabilities.contains(.activations) ? points : [],
      gradients: !gradientCapabilities.isEmpty
    )
  }

  /// Every point that the model lists.
  var points: Set<ActivationPoint> {
    Set(
      model.descriptor.layers.enumerated().flatMap { index, layer in
        layer.places.map { ActivationPoint(layer: index, place: $0.place) }
      })
  }

  /// The layers that have attention, from the input on.
  var attentionLayers: [Int] {
    model.descriptor.layers.indices.filter { model.descriptor.layers[$0].attention != nil }
  }

  var gradientCapabilities: Capabilities {
    model.descriptor.capabilities.intersection([.attentionGradients, .activationGradients, .inputGradients])
  }
}

extension ModelConformance {
  /// New classes change the classifier and the labels, and nothing else.
  func checkNewHead(of model: some TrainableModel, _ findings: inout Findings) throws {
    let labels = (0...model.descriptor.classCount).map { "new class \($0)" }
    func renewed(seed: UInt64) -> some TrainableModel {
      var random = SeededRandom(seed: seed)
      return model.replacingHead(labels: labels, random: &random)
    }
    let new = renewed(seed: 1)
    findings.expect(
      new.descriptor.labels == labels, .parameters, "with a new head, its labels are \(new.descriptor.labels)"
    )
    let logits = try new.logits(sample.input)
    findings.expect(
      logits.shape == [sample.images.count, labels.count], .parameters,
      "with \(labels.count) new classes, the logits are \(logits.shape)")
    findings.expect(
      try renewed(seed: 1).logits(sample.input).elements == logits.elements, .determinism,
      "the same seed gives another head")
    findings.expect(
      try renewed(seed: 2).logits(sample.input).elements != logits.elements, .parameters,
      "another seed gives the same head")

    let (old, count) = (model.parameters, new.parameters.reduce(0) { $0 + $1.tensor.count })
    findings.expect(
      new.descriptor.parameterCount == count, .parameters,
      "with a new head it has \(count) parameters, its descriptor says \(new.descriptor.parameterCount)")
    let (body, newBody) = (old.filter { !$0.isHead }, new.parameters.filter { !$0.isHead })
    // A backbone gets a head that it hasn't had.
    let hadHead = body.count < old.count
    guard newBody.map(\.name) == body.map(\.name),
      !hadHead || new.parameters.map(\.name) == old.map(\.name)
    else { return findings.fail(.parameters, "with a new head, its parameters have other names") }
    for (old, new) in zip(body, newBody) {
      findings.expect(
        new.tensor.elements == old.tensor.elements, .parameters,
        "a new head changes \(new.name), which isn't part of it")
    }
  }
}
