public import XAICore

/// How many scenes there are, how large, and from which seed.
public struct ShapesOptions: PluginOptions {
  /// Pixels of a side.
  public var size = 64
  /// Which scenes are drawn: another seed, other scenes.
  public var seed = 0
  /// Scenes of the split `train`.
  public var train = 50_000
  /// Scenes of the split `validation`.
  public var validation = 2_000
  /// Scenes of the split `pairs`.
  public var pairs = 500
  /// How much lies around without a label, as a multiple of the usual; 0 for none.
  public var clutter = 1.0

  /// The defaults.
  public init() {}

  /// As users write them.
  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "size", \.size, "pixels of a side", allowed: "a whole number from 16 to 2048",
      where: { (16...2048).contains($0) }),
    OptionSpec("seed", \.seed, "which scenes are drawn"),
    OptionSpec(
      "train", \.train, "scenes of the split train", allowed: countsAllowed, where: counts.contains),
    OptionSpec(
      "validation", \.validation, "scenes of the split validation", allowed: countsAllowed,
      where: counts.contains),
    OptionSpec(
      "pairs", \.pairs, "scenes of the split pairs", allowed: countsAllowed, where: counts.contains),
    OptionSpec(
      "clutter", \.clutter, "how much lies around without a label, as a multiple of the usual",
      allowed: "a number from 0 to 4", where: { (0...4).contains($0) }),
  ]

  private static let counts = 1...100_000_000
  private static let countsAllowed = "a whole number from 1 to 100000000"
}
