public import XAICore

/// The options of Attention Rollout.
public struct AttentionRolloutOptions: PluginOptions {
  /// How the heads of a layer become one matrix.
  public enum Fusion: String, OptionValue, CaseIterable {
    /// The mean over heads.
    case mean
    /// The largest entry of any head.
    case max
    /// The smallest entry of any head.
    case min
  }

  /// How the heads of a layer become one matrix.
  public var fusion = Fusion.mean
  /// Share of each row's patch columns that are set to 0, the lowest first; from 0 to less than 1.
  public var discard = 0.0
  /// The first layer that counts, from 0.
  public var start = 0
  /// ρ, the share of the identity: Ã = ρ·I + (1 − ρ)·Ā.
  public var residual = 0.5

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("fusion", \.fusion, "how the heads of a layer become one matrix"),
    OptionSpec(
      "discard", \.discard, "share of each row's patch columns set to 0, lowest first",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    OptionSpec(
      "residual", \.residual, "share of the identity in each factor, for the residual stream",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
  ]
}
