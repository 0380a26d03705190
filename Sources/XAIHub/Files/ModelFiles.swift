/// Which files of a repository a model is read from, by the names that the loaders look for.
enum ModelFiles {
  /// Says what kind of model it is; the first that is there counts.
  static let configurations = ["config.json", "open_clip_config.json"]
  static let adapter = "adapter_config.json"
  /// Says how images become inputs.
  static let imageProcessors = ["processor_config.json", "preprocessor_config.json"]
  /// What texts are made tokens by; of each list the first is the one that counts, and the others are needed without it.
  static let tokenizers = [["tokenizer.json"], ["vocab.json", "merges.txt"], ["spiece.model"]]
  static let tokenizerSettings = "tokenizer_config.json"

  /// Everything besides the configuration and the weights.
  static let optional =
    imageProcessors + tokenizers.flatMap { $0 } + [tokenizerSettings]

  /// The files besides configuration and weights that a repository has and that are needed.
  static func descriptions(in names: Set<String>) -> [String] {
    let tokenizer = tokenizers.first { names.isSuperset(of: $0) } ?? []
    let settings = tokenizer.isEmpty || !names.contains(tokenizerSettings) ? [] : [tokenizerSettings]
    return imageProcessors.filter(names.contains) + tokenizer + settings
  }
}
