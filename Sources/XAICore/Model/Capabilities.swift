/// What a model can do beside giving logits, and what an explainer needs of it.
public struct Capabilities: OptionSet, Hashable, Sendable {
  /// One bit per capability.
  public let rawValue: Int

  /// Makes a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Attention maps after the softmax, by layer and head.
  public static let attention = Capabilities(rawValue: 1 << 0)
  /// Gradients of a logit with respect to the attention maps.
  public static let attentionGradients = Capabilities(rawValue: 1 << 1)
  /// Activations at the places that the layers list.
  public static let activations = Capabilities(rawValue: 1 << 2)
  /// Gradients of a logit with respect to activations.
  public static let activationGradients = Capabilities(rawValue: 1 << 3)
  /// Gradients of a logit with respect to the input.
  public static let inputGradients = Capabilities(rawValue: 1 << 4)
  /// A backward pass whose rules can be replaced.
  public static let propagationRules = Capabilities(rawValue: 1 << 5)
  /// Gradients with respect to the model's own parameters.
  public static let parameterGradients = Capabilities(rawValue: 1 << 6)
  /// Logits of some patches of an image, the others not being there.
  public static let patchRemoval = Capabilities(rawValue: 1 << 7)
  /// Logits without the output of a head.
  public static let headRemoval = Capabilities(rawValue: 1 << 8)
  /// Gradients of what the classifier would say of a layer's output, with respect to that layer's attention.
  public static let layerReadouts = Capabilities(rawValue: 1 << 9)
  /// Logits where the tokens that a layer sees are multiplied by masks.
  public static let tokenMasking = Capabilities(rawValue: 1 << 10)

  /// What a ``DifferentiableModel`` can give.
  public static let ofBackwardPass: Capabilities = [
    .attentionGradients, .activationGradients, .inputGradients, .propagationRules, .parameterGradients,
  ]
  /// What an ``IntervenableModel`` can give.
  public static let ofInterventions: Capabilities = [.patchRemoval, .headRemoval]

  /// Every capability with its name, in the order in which users see them.
  public static let named: [(capability: Capabilities, name: String)] = [
    (.attention, "attention"),
    (.attentionGradients, "attention-gradients"),
    (.activations, "activations"),
    (.activationGradients, "activation-gradients"),
    (.inputGradients, "input-gradients"),
    (.propagationRules, "propagation-rules"),
    (.parameterGradients, "parameter-gradients"),
    (.patchRemoval, "patch-removal"),
    (.headRemoval, "head-removal"),
    (.layerReadouts, "layer-readouts"),
    (.tokenMasking, "token-masking"),
  ]

  /// The names of the capabilities in the set.
  public var names: [String] { Self.named.filter { contains($0.capability) }.map(\.name) }
}
