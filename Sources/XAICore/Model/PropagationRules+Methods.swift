/// The rules of published methods.
extension PropagationRules {
  /// The derivative of every operation.
  public static let gradient = PropagationRules()

  /// Conservative propagation: attention and the layer norm's scale count as constants, all else is the derivative.
  ///
  /// Source: Ali et al., "XAI for Transformers: Better Explanations through Conservative Propagation", ICML 2022.
  public static let conservative = PropagationRules(layerNorm: .constantVariance, softmax: .constant)

  /// CP-LRP: conservative propagation within relevance propagation, so that activation functions keep relevance too, and a
  /// gate counts as a constant like attention.
  ///
  /// Source: Ali et al. 2022, as Achtibat et al. 2024 (arXiv 2402.05602) compare with it.
  public static let cpLRP: PropagationRules = {
    var rules = conservative
    rules.activation = .identity
    rules.gate = .constant
    return rules
  }()

  /// AttnLRP: relevance goes through the softmax by its Taylor expansion, and factors share evenly.
  ///
  /// Source: Achtibat et al., "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for Transformers", ICML 2024.
  public static let attnLRP: PropagationRules = {
    var rules = PropagationRules(layerNorm: .constantVariance)
    rules.activation = .identity
    rules.product = .halved
    rules.gate = .halved
    return rules
  }()

  /// Layer-wise relevance propagation with a rule of all linear maps: attention, gates and the layer norm's scale count as
  /// constants, which leaves linear maps and activation functions.
  ///
  /// Source: Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance
  /// Propagation", PLOS ONE 2015.
  public static func lrp(_ linear: Linear) -> PropagationRules {
    var rules = cpLRP
    rules.linear = linear
    rules.patchProjection = linear
    return rules
  }

  /// Layer-wise relevance propagation as the baseline of transformer attribution has it: layer norms and the softmax pass
  /// relevance unchanged, as activation functions do, and factors share evenly.
  ///
  /// What is divided by a score near 0 may become large, of either sign, and rounding with it.
  /// Source: Chefer, Gur & Wolf 2021 (arXiv 2012.09838).
  public static func unchanged(_ linear: Linear) -> PropagationRules {
    var rules = lrp(linear)
    rules.layerNorm = .identity
    rules.softmax = .identity
    rules.product = .halved
    rules.gate = .halved
    return rules
  }

  /// The relevance of transformer attribution: positive products alone, and balanced residual sums.
  ///
  /// Source: Chefer, Gur & Wolf, "Transformer Interpretability Beyond Attention Visualization", CVPR 2021, section 3.1.
  public static let transformerAttribution: PropagationRules = {
    var rules = unchanged(.positive)
    rules.residual = .balanced
    return rules
  }()
}
