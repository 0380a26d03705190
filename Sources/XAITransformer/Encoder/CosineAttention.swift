public import XAICore
import XAIFoundation
public import XAITensor

/// Scores that are cosines of the angle between query and key, times a learned scale of each head.
///
/// Source: Liu et al. 2022, Swin Transformer V2 (arXiv 2111.09883), equation 2. Attention is
/// softmax(cos(q, k)·exp(min(s, ln m))), where m is `largestScale` and s the parameter `logit_scale`, [H, 1, 1]. Queries and
/// keys are divided by their length, and queries multiplied by the scale.
public struct CosineAttention: AttentionTransform {
  /// The scale of each head before training.
  public var initialScale: Double
  /// What the scale never exceeds.
  public var largestScale: Double
  /// What lengths are never taken to be below.
  public var epsilon: Float

  /// States the scale; the defaults are Swin V2's.
  public init(initialScale: Double = 10, largestScale: Double = 100, epsilon: Float = 1e-12) {
    self.initialScale = initialScale
    self.largestScale = largestScale
    self.epsilon = epsilon
  }

  /// The scale of a head takes the place of 1/√d.
  public var replacesScale: Bool { true }

  /// The logarithm of each head's scale.
  public func parameters(headCount: Int, headWidth: Int) -> [AttentionTransformParameter] {
    [AttentionTransformParameter("logit_scale", [headCount, 1, 1], initial: Float(logarithm(initialScale)))]
  }

  private var size: RowSize { .euclidean(epsilon: epsilon) }

  /// The scale of each head, and whether it follows its parameter.
  private func scales(_ context: AttentionTransformContext) -> [(scale: Float, isFree: Bool)] {
    let largest = Float(logarithm(largestScale))
    return context.parameters[0].onHost("scales of heads").elements.map {
      (Float(exponential(Double(min($0, largest)))), $0 <= largest)
    }
  }

  /// Queries times the scale of their head, and keys as they are.
  private func scaled(_ x: Tensor, _ context: AttentionTransformContext) -> Tensor {
    guard context.part == .queries else { return x }
    let factors = scales(context).flatMap { [Float](repeating: $0.scale, count: x.shape[3]) }
    return context.kernels.scaleColumns(
      of: x.reshaped(to: tokens(of: x)), by: Tensor([factors.count], factors), adding: nil
    ).reshaped(to: x.shape)
  }

  /// Heads side by side.
  private func tokens(of x: Tensor) -> TensorShape { [x.shape[0], x.shape[1], x.shape[2] * x.shape[3]] }

  /// Divides by the length, and multiplies queries by the scale.
  public func apply(to x: Tensor, in context: AttentionTransformContext) -> Tensor {
    scaled(context.kernels.normaliseRows(x, by: size), context)
  }

  /// The length follows the rule of layer norms: without a bias, a constant length and unchanged relevance are the same.
  public func applyBackward(
    _ gradient: Tensor, of x: Tensor, rules: PropagationRules, in context: AttentionTransformContext
  ) -> Tensor {
    context.kernels.normaliseRowsBackward(
      scaled(gradient, context), x: x, by: size, constantSize: rules.layerNorm != .gradient)
  }

  /// ds = exp(s)·Σ g ⊙ q/|q| over all tokens, and 0 where s is cut off.
  public func parameterGradients(
    _ gradient: Tensor, of x: Tensor, in context: AttentionTransformContext
  ) -> [Tensor?] {
    guard context.part == .queries else { return [nil] }
    let unit = context.kernels.normaliseRows(x, by: size)
    let products = context.kernels.columnSums(
      ofProducts: gradient.reshaped(to: tokens(of: gradient)), unit.reshaped(to: tokens(of: unit)))
    let scales = scales(context)
    let sums = Tensor.sum(.operand(0), of: [products], outer: scales.count, middle: x.shape[3], inner: 1)
    let slopes = Tensor([scales.count], scales.map { $0.isFree ? $0.scale : 0 })
    return [
      Tensor.map(
        [slopes, sums], to: context.parameters[0].shape,
        .where(isZero: .operand(0), then: 0, otherwise: .operand(0) * .operand(1)))
    ]
  }
}
