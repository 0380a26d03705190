import Synchronization
import XAICore
import XAIFoundation
import XAITensor

/// A model that notes how long its passes take and what was shown to it.
struct TimedModel: LayerReadableModel, IntervenableModel {
  private let base: any Model
  private let stopwatch: Stopwatch
  private let noted = Noted()

  /// What was noted since it was taken last.
  struct Passes: Sendable {
    /// Seconds in forward passes.
    var forward = 0.0
    /// Seconds in backward passes, what explainers do with gradients of attention included.
    var reverse = 0.0
    /// Images in forward passes.
    var images = 0
  }

  private final class Noted: Sendable {
    let passes = Guarded(Passes())
  }

  init(_ base: any Model, stopwatch: Stopwatch) {
    self.base = base
    self.stopwatch = stopwatch
  }

  var descriptor: ModelDescriptor { base.descriptor }

  /// What was noted, once.
  func takePasses() -> Passes {
    noted.passes.withLock { passes in
      defer { passes = Passes() }
      return passes
    }
  }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    try timed(images: input.shape[0]) { try base.forward(input, recording: recording) }
  }

  func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    try timed(images: input.shape[0]) { try base.intervenable().logits(input, under: intervention) }
  }

  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest, visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var gradients = Gradients()
    let time = try stopwatch.seconds {
      gradients = try base.differentiable().backward(
        from: cotangent, through: trace, rules: rules, requesting: request, visitAttention: visitAttention)
    }
    noted.passes.withLock { $0.reverse += time }
    return gradients
  }

  func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    let time = try stopwatch.seconds {
      try base.layerReadable().readLayers(
        from: cotangent, through: trace, layers: layers, readout: readout, visitAttention: visitAttention)
    }
    noted.passes.withLock { $0.reverse += time }
  }

  private func timed<Result>(images: Int, _ pass: () throws -> Result) throws -> Result {
    let start = stopwatch.now()
    let result = try pass()
    let time = stopwatch.now() - start
    noted.passes.withLock {
      $0.forward += time
      $0.images += images
    }
    return result
  }
}
