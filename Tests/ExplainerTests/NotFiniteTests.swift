import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAITensor
import XAITesting

/// One NaN among the gradients that a model gives, in a pass that is finite otherwise: no explainer makes a map of it.
@Suite struct NotFiniteTests {
  @Test(arguments: BuiltIn.chosen(of: builtInExplainers))
  func gradients(_ plugin: BuiltIn) throws {
    let type = try #require(plugin.type as? any Explainer.Type)
    try check(type)
  }

  private func check<E: Explainer>(_ type: E.Type) throws {
    let explainer = try Registry(plugins: builtInExplainers).explainer(E.descriptor.id)
    guard !explainer.needs.isDisjoint(with: .ofBackwardPass.union(.layerReadouts)) else { return }
    let model = PoisonedGradients(base: ToyModel.classToken.make(on: AvailableKernels.preferred.make()))
    var random = SeededRandom(seed: 3)
    let input = random.normal([1, 3, 12, 12])
    let error = #expect(throws: AttributionError.self) {
      try explainer.explain(input, targets: .classes([1]), using: model)
    }
    guard case .notFinite(let name, let first)? = error else { return }
    #expect(name == explainer.specification)
    #expect(first?.value.isNaN == true)
    switch first?.kind {
    case .gradient, .attentionGradient, .inputGradient: break
    default: Issue.record("\(E.descriptor.id): \(String(describing: first))")
    }
  }
}

/// A model whose gradients have NaN for one patch: in the class token's attention to it, in its activations and those of the class
/// token, and in a pixel.
private struct PoisonedGradients: LayerReadableModel {
  let base: any Model
  var descriptor: ModelDescriptor { base.descriptor }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    try base.forward(input, recording: recording)
  }

  private func poisoned(_ tensor: Tensor, at index: Int) -> Tensor {
    var elements = tensor.elements
    elements[index] = .nan
    return Tensor(tensor.shape, elements)
  }

  private func poisoned(_ attention: AttentionGradient) -> AttentionGradient {
    AttentionGradient(
      layer: attention.layer, attention: attention.attention, gradient: poisoned(attention.gradient, at: 5))
  }

  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest, visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var gradients = try base.differentiable().backward(
      from: cotangent, through: trace, rules: rules, requesting: request
    ) { try visitAttention(poisoned($0)) }
    for (point, gradient) in gradients.activations {
      gradients.activations[point] = poisoned(poisoned(gradient, at: 5 * gradient.shape.extents[2]), at: 0)
    }
    gradients.input = gradients.input.map { poisoned($0, at: 5) }
    return gradients
  }

  func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    try base.layerReadable().readLayers(from: cotangent, through: trace, layers: layers, readout: readout) {
      try visitAttention(poisoned($0))
    }
  }
}
