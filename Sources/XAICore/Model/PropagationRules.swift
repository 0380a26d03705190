/// How the backward pass goes through each kind of operation.
///
/// The pass is written once; what it computes is this value. The plain gradient is the default.
///
/// A pass with other rules carries a cotangent c that is not a gradient: at every point of the model the *relevance* is
/// activation × cotangent, r = x ⊙ c. A rule of relevance propagation says how r goes from the output y of an operation
/// to its input x; as a rule of cotangents it is c_x = r_x/x, where c_y = r_y/y. An operation through which relevance
/// passes unchanged has c_x = c_y·y/x.
/// Source: Arras et al. 2025 (arXiv 2502.15886), for gradient × input as a form of relevance propagation.
public struct PropagationRules: Hashable, Sendable {
  /// How a layer norm passes its cotangent on.
  public enum LayerNorm: Hashable, Sendable {
    /// The derivative of (x − mean)/√(variance + ε)·weight + bias.
    case gradient
    /// 1/√(variance + ε) counts as a constant; the mean does not (Ali et al. 2022, Eq. 8).
    case constantVariance
    /// Relevance passes unchanged, c·y/x; nothing passes where x is 0 (Chefer et al. 2021, arXiv 2012.09838, their code).
    case identity
  }

  /// How a softmax passes its cotangent on to queries and keys.
  public enum Softmax: Hashable, Sendable {
    /// The derivative of the softmax. As relevance it is AttnLRP's rule by Taylor's expansion, s_i·(r_i − A_i·Σ_j r_j)
    /// at score s_i, r being that of the attention (Achtibat et al. 2024).
    case gradient
    /// Attention counts as a constant: nothing passes to queries and keys (Ali et al. 2022, Eq. 7).
    case constant
    /// Relevance passes unchanged from attention to scores, c·A/s; nothing passes where a score is 0.
    case identity
  }

  /// How an activation function y = f(x) passes its cotangent on: GELU, and SiLU in a gate.
  public enum Activation: Hashable, Sendable {
    /// The derivative: c·f′(x).
    case gradient
    /// Relevance passes unchanged: c·f(x)/x (the identity rule of Achtibat et al. 2024).
    case identity
  }

  /// How the products of attention with values, and of queries with keys, pass their cotangent on.
  public enum Product: Hashable, Sendable {
    /// The derivative: either factor gets the relevance of the whole.
    case gradient
    /// One half of it: the factors share the relevance evenly (the uniform rule of Achtibat et al. 2024;
    /// Chefer et al. 2021, their code).
    case halved
  }

  /// How the product of an MLP's gate with its values passes its cotangent on.
  public enum Gate: Hashable, Sendable {
    /// The derivative: either factor gets the relevance of the whole.
    case gradient
    /// One half of it: the factors share the relevance evenly.
    case halved
    /// The gate counts as a constant, as attention does: its values get all (Arras et al. 2017, arXiv 1706.07206).
    case constant
  }

  /// How a linear layer z = W·x + b passes its cotangent on.
  ///
  /// With T = |W|·|x| + |b|, (z + T)/2 is the sum of what is positive among the products W_oi·x_i and b_o, (z − T)/2
  /// that of what is negative: a sum over signs costs one more product each way.
  public enum Linear: Hashable, Sendable {
    /// The derivative, Wᵀ·c, which is LRP's basic rule: r_i = Σ_o W_oi·x_i/z_o·r_o.
    case gradient
    /// r_i = Σ_o W_oi·x_i/(z_o + ε·sign z_o)·r_o: ε takes from small sums (Bach et al. 2015, Eq. 58).
    case epsilon(Float)
    /// Products of the sign of z_o count 1 + γ times, the others once (Montavon et al. 2019 for x ≥ 0; for inputs of either
    /// sign as the field's library, zennit, has it).
    case gamma(Float)
    /// Only positive products count, and not the bias: r_i = Σ_o (W_oi·x_i)⁺/Σ_j (W_oj·x_j)⁺·r_o, the rule of α = 1 and
    /// β = 0 (Bach et al. 2015, Eq. 60).
    case positive
  }

  /// How a residual sum a + b passes its cotangent on.
  public enum Residual: Hashable, Sendable {
    /// The derivative: each summand gets relevance in its proportion.
    case gradient
    /// Each summand's relevance is scaled so that its sum over all tokens, of the whole, is |Σr_a|/(|Σr_a| + |Σr_b|)
    /// (Chefer et al. 2021, section 3.1).
    case balanced
    /// Channel by channel, a summand of the sum's own sign counts 1 + γ times and the other once, so that relevance grows less
    /// where summands cancel: with w_a = 1 + γ where a·z > 0 and 1 elsewhere, c_a = c·w_a·z/(w_a·a + w_b·b)
    /// (ResLRP, 2026).
    case gamma(Float)
  }

  /// The rule of layer norms.
  public var layerNorm = LayerNorm.gradient
  /// The rule of attention's softmax.
  public var softmax = Softmax.gradient
  /// The rule of activation functions.
  public var activation = Activation.gradient
  /// The rule of attention's products.
  public var product = Product.gradient
  /// The rule of an MLP's gate, where it has one.
  public var gate = Gate.gradient
  /// The rule of the linear layers of blocks and heads.
  public var linear = Linear.gradient
  /// The rule of the patch projection.
  public var patchProjection = Linear.gradient
  /// The rule of residual sums.
  public var residual = Residual.gradient

  /// Makes rules; by default those of the plain gradient.
  public init(layerNorm: LayerNorm = .gradient, softmax: Softmax = .gradient) {
    self.layerNorm = layerNorm
    self.softmax = softmax
  }
}

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

  /// LibraGrad: attention, the layer norm's scale and what activation functions multiply with count as constants, and the
  /// factors of a gated MLP share evenly, so that gradient × input of tokens and biases adds up to the logit.
  ///
  /// Source: Mehri et al., "LibraGrad: Balancing Gradient Flow for Universally Better Vision Transformer Attributions",
  /// CVPR 2025 (arXiv 2411.16760), section 3.5.
  public static let libra: PropagationRules = {
    var rules = cpLRP
    rules.gate = .halved
    return rules
  }()

  /// Layer-wise relevance propagation with a rule of all linear layers: attention, gates and the layer norm's scale count as
  /// constants, which leaves linear layers and activation functions.
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
