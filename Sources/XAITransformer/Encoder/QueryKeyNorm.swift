public import XAICore
public import XAITensor

/// A norm of each head's queries and keys, with parameters of a head's width for each of the two.
///
/// Source: Dehghani et al. 2023 (arXiv 2302.05442). Its parameters are `q_norm.weight` and `k_norm.weight`, and for layer norms `q_norm.bias` and `k_norm.bias`.
public struct QueryKeyNorm: AttentionTransform {
  /// Which norm.
  public enum Kind: Hashable, Sendable {
    /// (x − mean)/√(variance + ε)·weight + bias.
    case layerNorm
    /// x/√(mean(x²) + ε)·weight.
    case rootMeanSquare
  }

  /// Which norm.
  public var kind: Kind
  /// Its ε.
  public var epsilon: Float

  /// States the norm.
  public init(_ kind: Kind = .layerNorm, epsilon: Float = 1e-6) {
    self.kind = kind
    self.epsilon = epsilon
  }

  /// Weights that begin at 1, and biases at 0.
  public func parameters(headCount: Int, headWidth: Int) -> [AttentionTransformParameter] {
    ["q_norm", "k_norm"].flatMap { norm in
      [AttentionTransformParameter("\(norm).weight", [headWidth], initial: 1)]
        + (kind == .layerNorm ? [AttentionTransformParameter("\(norm).bias", [headWidth], initial: 0)] : [])
    }
  }

  /// The parameters of queries or keys: the first half is that of queries.
  private func own(_ context: AttentionTransformContext) -> Range<Int> {
    let half = context.parameters.count / 2
    return context.part == .queries ? 0..<half : half..<2 * half
  }

  private func layerNorm(_ context: AttentionTransformContext) -> LayerNorm {
    let own = own(context)
    return LayerNorm(
      norm: Norm(weight: context.parameters[own.lowerBound], bias: context.parameters[own.lowerBound + 1]),
      epsilon: epsilon, kernels: context.kernels)
  }

  private var size: RowSize { .rootMeanSquare(epsilon: epsilon) }

  /// Normalises each head.
  public func apply(to x: Tensor, in context: AttentionTransformContext) -> Tensor {
    switch kind {
    case .layerNorm: layerNorm(context).forward(x).output
    case .rootMeanSquare:
      context.kernels.scaleColumns(
        of: context.kernels.normaliseRows(x, by: size), by: context.parameters[own(context).lowerBound],
        adding: nil)
    }
  }

  /// By the rule of layer norms.
  ///
  /// Of a root mean square, which has no bias, a constant denominator and unchanged relevance are the same.
  public func applyBackward(
    _ gradient: Tensor, of x: Tensor, rules: PropagationRules, in context: AttentionTransformContext
  ) -> Tensor {
    switch kind {
    case .layerNorm:
      let norm = layerNorm(context)
      return norm.backward(gradient, through: norm.forward(x).tape, rule: rules.layerNorm)
    case .rootMeanSquare:
      return context.kernels.normaliseRowsBackward(
        context.kernels.scaleColumns(
          of: gradient, by: context.parameters[own(context).lowerBound], adding: nil), x: x, by: size,
        constantSize: rules.layerNorm != .gradient)
    }
  }

  /// Of the queries' norm, or of the keys'.
  public func parameterGradients(
    _ gradient: Tensor, of x: Tensor, in context: AttentionTransformContext
  ) -> [Tensor?] {
    var gradients = [Tensor?](repeating: nil, count: context.parameters.count)
    let first = own(context).lowerBound
    switch kind {
    case .layerNorm:
      let norm = layerNorm(context)
      let own = norm.parameterGradients(gradient, through: norm.forward(x).tape)
      (gradients[first], gradients[first + 1]) = (own.weight, own.bias)
    case .rootMeanSquare:
      gradients[first] = context.kernels.columnSums(
        ofProducts: gradient, context.kernels.normaliseRows(x, by: size))
    }
    return gradients
  }
}
