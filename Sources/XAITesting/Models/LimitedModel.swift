import Synchronization
public import XAICore
import XAIFoundation
public import XAITensor

/// A model that gives only some of what another can, and notes what it was asked for.
///
/// A trace of it holds what the recording asked for and nothing else, even where the other model keeps more.
public struct LimitedModel: LayerReadableModel, IntervenableModel, TokenMaskableModel {
  /// The other model's, with fewer capabilities.
  public let descriptor: ModelDescriptor
  private let base: any Model
  private let asked = Asked()

  private final class Asked: Sendable {
    let capabilities = Guarded<Capabilities>([])
    let gradientPoints = Guarded<Set<ActivationPoint>>([])
  }

  /// Leaves `base` only some of its capabilities.
  public init(_ base: any Model, to capabilities: Capabilities) {
    self.base = base
    var descriptor = base.descriptor
    descriptor.capabilities.formIntersection(capabilities)
    self.descriptor = descriptor
  }

  /// The capabilities that were made use of so far.
  public var usedCapabilities: Capabilities { asked.capabilities.withLock { $0 } }

  /// The points whose gradients were asked for so far.
  public var askedGradientPoints: Set<ActivationPoint> { asked.gradientPoints.withLock { $0 } }

  /// The other model's.
  public func layout(height: Int, width: Int) throws -> TokenLayout {
    try base.layout(height: height, width: width)
  }

  /// Runs the other model; throws where the recording needs a capability that is left out.
  public func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    var needs: Capabilities = []
    if !recording.attention.isEmpty { needs.insert(.attention) }
    if !recording.activations.isEmpty { needs.insert(.activations) }
    try use(needs)
    let trace = try base.forward(input, recording: recording)
    return ForwardTrace(
      input: trace.input, layout: trace.layout, logits: trace.logits,
      attention: trace.attention.filter { recording.attention.contains($0.key) },
      activations: trace.activations.filter { recording.activations.contains($0.key) },
      tape: recording.gradients ? trace.tape : nil)
  }

  /// Changes the other model; throws where that needs a capability that is left out.
  public func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    try use(intervention.needs)
    return try base.intervenable().logits(input, under: intervention)
  }

  /// Masks the other model's tokens; throws where that is left out.
  public func logits(
    of tokens: Tensor, under masks: Tensor, fromLayer layer: Int, layout: TokenLayout
  ) throws -> Tensor {
    try use([.tokenMasking])
    return try base.tokenMaskable().logits(of: tokens, under: masks, fromLayer: layer, layout: layout)
  }

  /// Runs the other model's backward pass; throws where the request needs a capability that is left out.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var needs: Capabilities = []
    if !request.attention.isEmpty { needs.insert(.attentionGradients) }
    if !request.activations.isEmpty { needs.insert(.activationGradients) }
    if request.input { needs.insert(.inputGradients) }
    if request.parameters { needs.insert(.parameterGradients) }
    if rules != .gradient { needs.insert(.propagationRules) }
    try use(needs)
    asked.gradientPoints.withLock { $0.formUnion(request.activations) }
    return try base.differentiable().backward(
      from: cotangent, through: trace, rules: rules, requesting: request
    ) { visited in
      // A visitor is lent the attention together with its gradient.
      asked.capabilities.withLock { _ = $0.insert(.attention) }
      try visitAttention(visited)
    }
  }

  /// Has the other model's layers read; throws where that is left out.
  public func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    try use([.layerReadouts])
    try base.layerReadable().readLayers(from: cotangent, through: trace, layers: layers, readout: readout) {
      visited in
      asked.capabilities.withLock { _ = $0.insert(.attention) }
      try visitAttention(visited)
    }
  }

  private func use(_ needs: Capabilities) throws(ModelError) {
    asked.capabilities.withLock { $0.formUnion(needs) }
    let missing = needs.subtracting(descriptor.capabilities)
    guard missing.isEmpty else { throw .notGiven(missing, model: descriptor.name) }
  }
}
