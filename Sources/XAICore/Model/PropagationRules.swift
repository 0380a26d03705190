/// How the reverse pass goes through each kind of operation.
///
/// The pass is written once; what it computes is this value. The plain gradient is the default.
public struct PropagationRules: Hashable, Sendable {
  /// How a layer norm passes its cotangent on.
  public enum LayerNorm: Hashable, Sendable {
    /// The derivative of (x − mean)/√(variance + ε)·weight + bias.
    case gradient
    /// 1/√(variance + ε) counts as a constant; the mean does not (Ali et al. 2022, Eq. 8).
    case constantVariance
  }

  /// How a softmax passes its cotangent on to queries and keys.
  public enum Softmax: Hashable, Sendable {
    /// The derivative of the softmax.
    case gradient
    /// Attention counts as a constant: nothing passes to queries and keys (Ali et al. 2022, Eq. 7).
    case constant
  }

  /// The rule of layer norms.
  public var layerNorm: LayerNorm
  /// The rule of attention's softmax.
  public var softmax: Softmax

  /// Makes rules; by default those of the plain gradient.
  public init(layerNorm: LayerNorm = .gradient, softmax: Softmax = .gradient) {
    self.layerNorm = layerNorm
    self.softmax = softmax
  }

  /// The derivative of every operation.
  public static let gradient = PropagationRules()

  /// Conservative propagation: attention and the layer norm's scale count as constants.
  ///
  /// Source: Ali et al., "XAI for Transformers: Better Explanations through Conservative Propagation", ICML 2022.
  public static let conservative = PropagationRules(layerNorm: .constantVariance, softmax: .constant)
}
