import Testing
import XAICore
import XAITensor
import XAITesting

@Suite struct ModelConformanceTests {
  @Test(
    "toy models conform", arguments: ToyModel.all + ToyModel.stages + [.zeroShot, .backbone],
    AvailableKernels.all)
  func right(_ toy: ToyModel, _ kernels: AvailableKernels) {
    #expect(ModelConformance(toy.make(on: kernels.make())).failures() == [])
  }

  @Test("a model without gradients conforms as far as it goes")
  func limited() {
    let toy = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    #expect(ModelConformance(LimitedModel(toy, to: [.attention])).failures() == [])
  }

  @Test("what a model declares without the refinement that gives it is found out, and refused by name")
  func overdeclared() throws {
    let model = Overdeclared()
    let failures = ModelConformance(model).failures().filter { $0.check == .descriptor }
    for name in ["DifferentiableModel", "IntervenableModel", "LayerReadableModel"] {
      #expect(failures.contains { $0.message.contains("does not conform to \(name)") }, "\(failures)")
    }
    for refine in [
      { _ = try model.differentiable() }, { _ = try model.intervenable() }, { _ = try model.layerReadable() },
      { _ = try model.trainable() }, { _ = try model.tokenMaskable() },
    ] as [() throws -> Void] {
      let error = #expect(throws: ModelError.self) { try refine() }
      #expect(error?.description.contains(model.descriptor.name) == true)
    }
  }

  @Test("broken models are found out", arguments: BrokenModel.Fault.allCases)
  func broken(_ fault: BrokenModel.Fault) {
    let failures = ModelConformance(BrokenModel(fault: fault)).failures()
    #expect(Set(failures.map(\.check)).contains(fault.check), "\(failures)")
    // A model that is wrong in one way is not reported in all; a wrong number of classes is wrong everywhere.
    #expect(fault == .wrongLabels || Set(failures.map(\.check)).count <= 2, "\(failures)")
  }
}

/// Declares all that a toy model gives, and can do nothing but look forward.
private struct Overdeclared: Model {
  let base = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
  var descriptor: ModelDescriptor { base.descriptor }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    try base.forward(input, recording: recording)
  }
}

/// A toy model with one fault.
struct BrokenModel: LayerReadableModel, IntervenableModel, TokenMaskableModel {
  enum Fault: CaseIterable {
    case attentionRows, batchLeak, recordingChangesLogits, unaskedAttention, scaledGradient, targetLeak,
      acceptsAnything
    case wrongLabels, acceptsForeignTraces, keepsEveryPatch, keepsEveryHead, lostValues, scaledLayerReadout
    case ignoredRules, scalesTokens, showsEveryToken

    var check: ConformanceFailure.Check {
      switch self {
      case .attentionRows: .attention
      case .batchLeak: .batch
      case .recordingChangesLogits, .unaskedAttention, .lostValues: .recording
      case .scaledGradient, .scaledLayerReadout: .gradients
      case .targetLeak: .targets
      case .ignoredRules: .rules
      case .acceptsAnything, .acceptsForeignTraces: .refusal
      case .wrongLabels: .results
      case .keepsEveryPatch, .keepsEveryHead, .scalesTokens, .showsEveryToken: .interventions
      }
    }
  }

  let fault: Fault
  let base = ToyModel.classToken.make(on: AvailableKernels.preferred.make())

  var descriptor: ModelDescriptor {
    var descriptor = base.descriptor
    if fault == .wrongLabels { descriptor.labels.removeLast() }
    return descriptor
  }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    switch intervention {
    case .keepingPatches where fault == .keepsEveryPatch: try base.logits(input)
    case .removingHeads where fault == .keepsEveryHead: try base.logits(input)
    default: try base.intervenable().logits(input, under: intervention)
    }
  }

  func logits(
    of tokens: Tensor, under masks: Tensor, fromLayer layer: Int, layout: TokenLayout
  ) throws -> Tensor {
    let masks =
      switch fault {
      case .scalesTokens: doubled(masks)
      case .showsEveryToken: Tensor(repeating: 1, masks.shape)
      default: masks
      }
    return try base.tokenMaskable().logits(of: tokens, under: masks, fromLayer: layer, layout: layout)
  }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    if fault == .acceptsAnything, input.shape.rank != 4 || input.count == 0 || input.shape[1] != 3 {
      return try base.forward(Tensor(repeating: 0, [1, 3, 12, 12]), recording: recording)
    }
    var recording = recording
    if fault == .unaskedAttention { recording.attention = .all }
    let trace = try base.forward(input, recording: recording)
    var logits = trace.logits.elements
    if fault == .batchLeak { logits[0] += Float(input.shape[0]) }
    if fault == .recordingChangesLogits, recording.gradients { logits[0] += 1 }
    return ForwardTrace(
      input: trace.input, layout: trace.layout, logits: Tensor(trace.logits.shape, logits),
      attention: fault == .attentionRows ? trace.attention.mapValues { doubled($0) } : trace.attention,
      activations: fault == .lostValues
        ? trace.activations.filter { $0.key.place != .values } : trace.activations, tape: trace.tape)
  }

  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var trace = trace
    if fault == .acceptsForeignTraces {
      trace = try base.forward(trace.input, recording: Recording(gradients: true))
    }
    // As a model would that knows of the rules of norms and softmax alone.
    let known = PropagationRules(layerNorm: rules.layerNorm, softmax: rules.softmax)
    var gradients = try base.differentiable().backward(
      from: cotangent, through: trace, rules: fault == .ignoredRules ? known : rules, requesting: request,
      visitAttention: visitAttention)
    if fault == .scaledGradient { gradients.input = gradients.input.map(doubled) }
    if fault == .targetLeak, cotangent.shape[0] > trace.batchCount {
      gradients.input = gradients.input.map(doubled)
    }
    return gradients
  }

  func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    try base.layerReadable().readLayers(from: cotangent, through: trace, layers: layers, readout: readout) {
      visited in
      let gradient = fault == .scaledLayerReadout ? doubled(visited.gradient) : visited.gradient
      try visitAttention(
        AttentionGradient(layer: visited.layer, attention: visited.attention, gradient: gradient))
    }
  }

  private func doubled(_ tensor: Tensor) -> Tensor { Tensor(tensor.shape, tensor.elements.map { 2 * $0 }) }
}
