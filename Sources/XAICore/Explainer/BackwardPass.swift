/// How the backward pass of an explainer of gradients goes through operations that aren't linear.
public enum BackwardPass: String, OptionValue, CaseIterable {
  /// The derivative of each.
  case gradient
  /// LibraGrad: what makes them non-linear counts as a constant, so that activation × cotangent adds up to the logit.
  case libra

  /// The rules of the pass.
  public var rules: PropagationRules {
    switch self {
    case .gradient: .gradient
    case .libra: .libra
    }
  }
}

/// Options of an explainer of gradients that can be had with LibraGrad's backward pass as well.
public protocol BackwardOptions: ContrastiveOptions {
  /// How the backward pass goes through operations that aren't linear.
  var backward: BackwardPass { get set }
}

extension BackwardOptions {
  /// The option's row of the table.
  public static var backwardOption: OptionSpec<Self> {
    OptionSpec(
      "backward", \.backward, "the derivative, or LibraGrad's constants in place of what isn't linear")
  }
}

extension Explainer where Options: BackwardOptions {
  /// The descriptor's, and rules where the pass isn't the derivative.
  public var needs: Capabilities {
    options.backward == .gradient ? descriptor.needs : descriptor.needs.union(.propagationRules)
  }
}
