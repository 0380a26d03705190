public import XAICore

/// The options of FovEx.
public struct FovExOptions: PluginOptions {
  /// Places that are looked at.
  public var fixations = 10
  /// Steps of the search for each.
  public var steps = 20
  /// How far a step goes, the image being 2 wide and high.
  public var rate = 0.1
  /// The fovea: sharpness falls off as exp(−distance² / fovea), the image being 2 wide and high.
  public var fovea = 0.15
  /// The deviation of the blur, in pixels.
  public var blur = 10.0
  /// How far the blur reaches, in pixels.
  public var reach = 20
  /// How much of what was seen sharply stays so at the next fixation.
  public var forgetting = 0.1
  /// The spot that a fixation leaves on the map, as the fovea is written.
  public var spot = 0.15
  /// The seed of the places that a search starts anew from.
  public var seed = 0
  /// Images and classes that the model sees at once.
  public var batch = 4

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "fixations", \.fixations, "places that are looked at", allowed: "a whole number from 1 to 1000",
      where: { (1...1000).contains($0) }),
    OptionSpec(
      "steps", \.steps, "steps of the search for each", allowed: "a whole number from 1 to 1000",
      where: { (1...1000).contains($0) }),
    OptionSpec("rate", \.rate, "how far a step goes", allowed: "a number above 0", where: { $0 > 0 }),
    OptionSpec(
      "fovea", \.fovea, "sharpness falls off as exp(-distance²/fovea)", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "blur", \.blur, "the deviation of the blur, in pixels", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "reach", \.reach, "how far the blur reaches, in pixels", allowed: "a whole number from 1 to 1000",
      where: { (1...1000).contains($0) }),
    OptionSpec(
      "forgetting", \.forgetting, "how much of what was seen sharply stays so at the next fixation",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
    OptionSpec(
      "spot", \.spot, "the spot that a fixation leaves on the map, as the fovea is written",
      allowed: "a number above 0", where: { $0 > 0 }),
    OptionSpec("seed", \.seed, "another seed gives other places to start anew from"),
    OptionSpec(
      "batch", \.batch, "images and classes that the model sees at once", allowed: "a whole number from 1",
      where: { $0 > 0 }),
  ]
}
