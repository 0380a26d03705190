/// Options of an explainer that lets its users choose which output stands for a class.
public protocol ChosenScoreOptions: OutputScoreOptions {
  /// Which output stands for a class.
  var score: OutputScore { get set }
}

extension ChosenScoreOptions {
  /// The row of the table for ``score``.
  public static var scoreOption: OptionSpec<Self> {
    OptionSpec("score", \.score, "which output stands for a class")
  }
}

/// Options of an explainer that puts something in the place of what it hides.
public protocol FillOptions: PluginOptions {
  /// What stands in the place of what is hidden.
  var fill: Fill { get set }
}

extension FillOptions {
  /// The row of the table for ``fill``; `hidden` says what is hidden.
  public static func fillOption(for hidden: String) -> OptionSpec<Self> {
    OptionSpec("fill", \.fill, "what stands in the place of \(hidden)")
  }
}

/// Options of an explainer that draws at random.
public protocol SeededOptions: PluginOptions {
  /// The seed of what is drawn.
  var seed: Int { get set }
}

extension SeededOptions {
  /// The row of the table for ``seed``; `drawn` says what another seed changes.
  public static func seedOption(for drawn: String) -> OptionSpec<Self> {
    OptionSpec("seed", \.seed, "another seed gives other \(drawn)")
  }
}
