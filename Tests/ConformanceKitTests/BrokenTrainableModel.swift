import Synchronization
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// How many heads the restless model has been given.
private let headCount = Atomic<UInt64>(0)

/// A model that can be trained, with one fault.
struct BrokenTrainableModel: TrainableModel, LayerReadableModel, IntervenableModel, TokenMaskableModel {
  enum Fault: CaseIterable {
    case hiddenParameter, repeatedName, renamedParameter, reshapedGradient, lostGradient, unknownGradient
    case decayedBias, noHead, wrongCount
    case ignoresReplacing, ignoresOneParameter, scaledGradient, wrongGradient
    case oldLabels, oldHead, changedBody, fixedHead, restlessHead

    var checks: Set<ConformanceFailure.Check> {
      switch self {
      case .scaledGradient, .wrongGradient: [.gradients]
      case .restlessHead: [.determinism]
      // What isn't replaced doesn't change the logits either.
      case .ignoresReplacing, .ignoresOneParameter: [.parameters, .gradients]
      default: [.parameters]
      }
    }
  }

  let fault: Fault
  var base: VisionTransformer

  init?(fault: Fault) {
    let toy = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    guard let base = toy as? VisionTransformer else { return nil }
    (self.fault, self.base) = (fault, base)
  }

  private init(_ fault: Fault, _ base: VisionTransformer) { (self.fault, self.base) = (fault, base) }

  var descriptor: ModelDescriptor {
    var descriptor = base.descriptor
    if fault == .wrongCount { descriptor.parameterCount += 1 }
    if fault == .hiddenParameter { descriptor.parameterCount -= 12 }
    return descriptor
  }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    try base.logits(input, under: intervention)
  }

  func logits(
    of tokens: Tensor, under masks: Tensor, fromLayer layer: Int, layout: TokenLayout
  ) throws -> Tensor {
    try base.logits(of: tokens, under: masks, fromLayer: layer, layout: layout)
  }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    try base.forward(input, recording: recording)
  }

  func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    try base.readLayers(
      from: cotangent, through: trace, layers: layers, readout: readout, visitAttention: visitAttention)
  }

  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest, visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var gradients = try base.backward(
      from: cotangent, through: trace, rules: rules, requesting: request, visitAttention: visitAttention)
    guard request.parameters else { return gradients }
    let name = "blocks.1.attn.proj.weight"
    switch fault {
    case .lostGradient: gradients.parameters[name] = nil
    case .unknownGradient: gradients.parameters["blocks.9.norm1.weight"] = Tensor([1], [0])
    case .reshapedGradient: gradients.parameters[name] = gradients.parameters[name]?.reshaped(to: [144])
    case .scaledGradient:
      gradients.parameters[name] = gradients.parameters[name].map {
        Tensor($0.shape, $0.elements.map { 1.1 * $0 })
      }
    case .wrongGradient:
      gradients.parameters[name] = gradients.parameters[name].map {
        Tensor($0.shape, $0.elements.reversed())
      }
    default: break
    }
    return gradients
  }

  var parameters: [NamedParameter] {
    var parameters = base.parameters
    func replace(_ name: String, _ change: (NamedParameter) -> NamedParameter) {
      for (index, parameter) in parameters.enumerated() where parameter.name == name {
        parameters[index] = change(parameter)
      }
    }
    switch fault {
    case .hiddenParameter: parameters.removeAll { $0.name == "cls_token" }
    case .repeatedName: replace("norm.bias") { _ in parameters[0] }
    case .renamedParameter:
      replace("norm.bias") {
        NamedParameter(name: "norm.beta", tensor: $0.tensor, isHead: false, isDecayed: false)
      }
    case .decayedBias:
      replace("norm.bias") {
        NamedParameter(name: $0.name, tensor: $0.tensor, isHead: false, isDecayed: true)
      }
    case .noHead:
      parameters = parameters.map {
        NamedParameter(name: $0.name, tensor: $0.tensor, isHead: false, isDecayed: $0.isDecayed)
      }
    default: break
    }
    return parameters
  }

  func replacingParameters(_ tensors: [String: Tensor]) -> BrokenTrainableModel {
    var tensors = tensors
    if let beta = tensors.removeValue(forKey: "norm.beta") { tensors["norm.bias"] = beta }
    for parameter in base.parameters {
      let isIgnored =
        fault == .ignoresReplacing || (fault == .ignoresOneParameter && parameter.name == "pos_embed")
      if isIgnored || tensors[parameter.name] == nil { tensors[parameter.name] = parameter.tensor }
    }
    return BrokenTrainableModel(fault, base.replacingParameters(tensors))
  }

  func replacingHead(labels: [String], random: inout SeededRandom) -> BrokenTrainableModel {
    var random = random
    switch fault {
    case .oldHead: return self
    case .fixedHead: random = SeededRandom(seed: 1)
    case .restlessHead: random = SeededRandom(seed: headCount.add(1, ordering: .relaxed).newValue)
    default: break
    }
    let labels = fault == .oldLabels ? labels.map { "old \($0)" } : labels
    var new = base.replacingHead(labels: labels, random: &random)
    if fault == .changedBody {
      var tensors = Dictionary(uniqueKeysWithValues: new.parameters.map { ($0.name, $0.tensor) })
      tensors["norm.bias"] = Tensor(repeating: 0, [12])
      new = new.replacingParameters(tensors)
    }
    return BrokenTrainableModel(fault, new)
  }

  func configurationFiles() throws -> [String: String] { try base.configurationFiles() }
}
