public import XAICore

/// The options of Head Ablation.
public struct HeadAblationOptions: PluginOptions {
  /// Which heads go first.
  public enum Order: String, OptionValue, CaseIterable {
    /// Those of least weight, and in a second run those of most: the value is the difference.
    case both
    /// Those of most weight: the value is what is lost.
    case most
    /// Those of least weight: the value is what is left.
    case least
  }

  /// Among which heads weights are compared.
  public enum Among: String, OptionValue, CaseIterable {
    /// Those of a layer: each step takes as many from every layer, in the order of their weights there.
    case layer
    /// All heads of the model, in one order.
    case model
  }

  /// Which heads go first.
  public var order = Order.both
  /// Among which heads weights are compared.
  public var among = Among.layer
  /// How many steps lead to a model without heads; never more than there are heads in an order.
  public var steps = 12
  /// What a point of a curve says.
  public var score = PerturbationOptions.Score.probability

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "order", \.order, "which heads go first: those of least weight minus those of most, or one order"),
    OptionSpec("among", \.among, "whether heads of a layer or of the whole model are ordered"),
    OptionSpec(
      "steps", \.steps, "how many steps lead to a model without heads",
      allowed: "a whole number from 1 to 10000", where: { (1...10_000).contains($0) }),
    OptionSpec("score", \.score, "what a point of a curve says", oneOf: [.probability, .logit]),
  ]
}
