public import XAICore

/// The options of ROAD.
public struct ROADOptions: PluginOptions {
  /// What is removed.
  public enum Order: String, OptionValue, CaseIterable {
    /// The least relevant, and in a second run the most: the value is half of the difference.
    case both
    /// The most relevant: the value is what is lost.
    case most
    /// The least relevant: the value is what is gained, which is mostly below 0.
    case least
  }

  /// What is removed.
  public var order = Order.both
  /// The shares are those between steps: 10, 20 … 90 % for 10.
  public var steps = 10
  /// The standard deviation of the noise on what is filled in, after mean and standard deviation.
  public var noise = 0.01
  /// What is said of the class.
  public var score = PerturbationOptions.Score.probability

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("order", \.order, "what is removed: the least relevant minus the most, or one of them"),
    OptionSpec(
      "steps", \.steps, "how many steps lead through the image: 10 are shares of 10, 20 … 90 %",
      allowed: "a whole number from 2 to 1000", where: { (2...1000).contains($0) }),
    OptionSpec(
      "noise", \.noise, "the standard deviation of the noise on what is filled in",
      allowed: "a number from 0", where: { $0 >= 0 }),
    OptionSpec("score", \.score, "what is said of the class", oneOf: [.probability, .logit]),
  ]
}
