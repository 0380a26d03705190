/// Options of relevance with the γ rule of linear maps against noise: AttnLRP's and CP-LRP's.
public protocol DenoisedRelevanceOptions: RelevanceOptions {
  /// The rules without γ.
  static var plainRules: PropagationRules { get }
  /// How much more products of a sum's own sign count in the linear maps of blocks and head; 0 for all alike.
  var gamma: Double { get set }
  /// The same in the patch projection.
  var patchGamma: Double { get set }
}

extension DenoisedRelevanceOptions {
  /// The plain rules, with γ where it is above 0.
  public var rules: PropagationRules {
    var rules = Self.plainRules
    if gamma > 0 { rules.linear = .gamma(Float(gamma)) }
    if patchGamma > 0 { rules.patchProjection = .gamma(Float(patchGamma)) }
    return rules
  }

  public static var table: [OptionSpec<Self>] {
    [
      atOption,
      OptionSpec(
        "gamma", \.gamma,
        "how much more products of a sum's own sign count in linear maps; 0 is the plain rule",
        allowed: "a number from 0", where: { $0 >= 0 }),
      OptionSpec(
        "patch-gamma", \.patchGamma, "the same in the patch projection", allowed: "a number from 0",
        where: { $0 >= 0 }),
      contrastOption,
    ]
  }

  /// Against the noise of vision transformers; the values are among those that the authors' example tries.
  public static var presets: [Preset<Self>] {
    [
      Preset("default", "the plain rules") { _ in },
      Preset("vit", "gamma 0.05, in the patch projection 0.25, against noise") {
        $0.gamma = 0.05
        $0.patchGamma = 0.25
      },
    ]
  }
}
