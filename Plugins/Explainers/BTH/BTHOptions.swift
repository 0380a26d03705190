public import XAICore

/// The options of bidirectional token attribution.
public struct BTHOptions: ContrastiveOptions {
  /// What the perception is approximated by.
  public enum Variant: String, OptionValue, CaseIterable {
    /// Attention of the heads, weighted by how much they change the class (BTH).
    case head
    /// Mean attention, weighted by how long tokens are behind the value projection (BTT).
    case token
  }

  /// What the perception is approximated by.
  public var variant = Variant.head
  /// The first layer that counts, from 0.
  public var start = 0
  /// Points of the path at which the last attention's gradient is taken.
  public var steps = 20
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "variant", \.variant, "what weighs attention: the heads, or what becomes of the tokens' values"),
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    OptionSpec(
      "steps", \.steps, "points of the path at which the last attention's gradient is taken",
      allowed: "a whole number from 2 to 1000", where: { (2...1000).contains($0) }),
    contrastOption,
  ]
}
