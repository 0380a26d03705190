public import XAICore

/// The options of GMAR: every choice that the paper leaves open, or that published code makes otherwise.
public struct GMAROptions: ContrastiveOptions {
  /// What the heads are scored by.
  public enum GradientSource: String, OptionValue, CaseIterable {
    /// ∂y/∂A of each layer, after the softmax.
    case attention
    /// ∂y/∂(concatenated head outputs) of each layer, split by channel.
    case headOutput = "head-output"
    /// ∂y/∂(the last block's first layer norm) on patches, split by channel into as many slices as heads.
    case lastBlockNorm = "last-block-norm"
  }

  /// The norm of a head's gradient, the second equation of the paper.
  public enum Norm: String, OptionValue, CaseIterable {
    /// Σ|G|.
    case l1
    /// √ΣG².
    case l2
  }

  /// What a set of weights is for.
  public enum Scope: String, OptionValue, CaseIterable {
    /// Each layer has weights of its own, summing to 1.
    case perLayer = "per-layer"
    /// Scores are summed over layers; one set of weights serves all.
    case global
    /// The last layer's weights serve all.
    case lastLayer = "last-layer"
  }

  /// How weighted heads become one chain.
  public enum Fusion: String, OptionValue, CaseIterable {
    /// One chain of Σ_h w_h·A_h.
    case sum
    /// A chain for each head, averaged at the end.
    case none
  }

  /// The order of multiplication.
  public enum Order: String, OptionValue, CaseIterable {
    /// R ← A_w·R, as attention flows.
    case towardsOutput = "towards-output"
    /// R ← R·A_w, first layer first.
    case asPrinted = "as-printed"
  }

  /// Where the map is read.
  public enum Readout: String, OptionValue, CaseIterable {
    /// The readout row of the token layout.
    case readoutRow = "readout-row"
    /// What the authors' code looks at; kept to reproduce it.
    case authorsView = "authors-view"
  }

  /// What the heads are scored by.
  public var gradient = GradientSource.attention
  /// The norm of a head's gradient.
  public var norm = Norm.l1
  /// What a set of weights is for.
  public var scope = Scope.perLayer
  /// How weighted heads become one chain.
  public var fusion = Fusion.sum
  /// The order of multiplication.
  public var order = Order.towardsOutput
  /// How the identity comes in.
  public var residual = Residual.before(1)
  /// Where the map is read.
  public var readout = Readout.readoutRow
  /// What the class is held against.
  public var contrast = Contrast.none

  /// The strength of the residual, whatever its kind.
  var alpha: Double {
    get { residual.strength }
    set { residual.strength = newValue }
  }

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("norm", \.norm, "the norm of a head's gradient"),
    OptionSpec("gradient", \.gradient, "what the heads are scored by"),
    OptionSpec("scope", \.scope, "what a set of weights is for"),
    OptionSpec("fusion", \.fusion, "how weighted heads become one chain"),
    OptionSpec("order", \.order, "the order of multiplication"),
    OptionSpec("residual", \.residual, "how the identity comes in"),
    OptionSpec(
      "alpha", \.alpha, "the strength of the residual, whatever its kind", isAlias: true,
      allowed: "a number from 0", where: { $0 >= 0 }),
    OptionSpec("readout", \.readout, "where the map is read"),
    contrastOption,
  ]

  /// The published readings of the method; each leaves the norm to be chosen.
  public static let presets: [Preset<Self>] = [
    .default, .paper, .authorsCode, .gmarPlus,
  ]

  fileprivate static var asPrinted: GMAROptions {
    var options = GMAROptions()
    options.order = .asPrinted
    options.residual = .after(1)
    return options
  }
}

extension Preset where Options == GMAROptions {
  /// Attention Rollout with weighted heads.
  public static var `default`: Self {
    Preset("default", "Attention Rollout with weighted heads") { $0 = GMAROptions() }
  }

  /// The paper's algorithm and its third equation as printed.
  public static var paper: Self {
    Preset("paper", "Algorithm 1 and Eq. 3 as printed") { $0 = GMAROptions.asPrinted }
  }

  /// What the authors' program computes.
  public static var authorsCode: Self {
    Preset("authors-code", "what the authors' program computes") { options in
      options.gradient = .lastBlockNorm
      options.scope = .lastLayer
      options.fusion = .none
      options.order = .asPrinted
      options.residual = .afterScaledMean(0.25)
      options.readout = .authorsView
    }
  }

  /// The re-implementation GMAR-Plus, equal to paper.
  public static var gmarPlus: Self {
    Preset("gmar-plus", "the re-implementation GMAR-Plus, equal to paper") { $0 = GMAROptions.asPrinted }
  }
}

/// How the identity comes into a chain of attention matrices.
public enum Residual: OptionValue {
  /// Factors A_w + αI with rows scaled to sum 1.
  case before(Double)
  /// R ← product + αI (the paper's Eq. 3).
  case after(Double)
  /// R ← product + ratio·5e-5·mean(product)·I, the mean over all heads and entries.
  case afterScaledMean(Double)

  private static let kinds: [(name: String, make: @Sendable (Double) -> Residual)] = [
    ("before", { .before($0) }), ("after", { .after($0) }), ("after-scaled-mean", { .afterScaledMean($0) }),
  ]

  /// Reads `before(1)`, `after(1)` or `after-scaled-mean(0.25)`; the number is finite and not negative.
  public init?(optionText: String) {
    guard optionText.hasSuffix(")"), let open = optionText.firstIndex(of: "("),
      let kind = Self.kinds.first(where: { $0.name == optionText[..<open] }),
      let strength = Double(optionText: String(optionText[optionText.index(after: open)...].dropLast())),
      strength >= 0
    else { return nil }
    self = kind.make(strength)
  }

  /// The kind with its strength.
  public var optionText: String {
    let kind =
      switch self {
      case .before: "before"
      case .after: "after"
      case .afterScaledMean: "after-scaled-mean"
      }
    return "\(kind)(\(strength.optionText))"
  }

  /// The three kinds.
  public static let allowedOptionText = "before(α) | after(α) | after-scaled-mean(ratio), numbers from 0"

  /// α, or the ratio.
  var strength: Double {
    get {
      switch self {
      case .before(let alpha), .after(let alpha), .afterScaledMean(let alpha): alpha
      }
    }
    set {
      self =
        switch self {
        case .before: .before(newValue)
        case .after: .after(newValue)
        case .afterScaledMean: .afterScaledMean(newValue)
        }
    }
  }
}
