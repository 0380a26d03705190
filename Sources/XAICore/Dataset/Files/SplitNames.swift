/// What splits are called in folders and lists.
///
/// The words are those of Hugging Face's `datasets`, in any case. Source: its documentation, *Structure your repository*,
/// "Keywords".
package enum SplitNames {
  private static let words: [String: String] = [
    "train": DatasetSplit.train, "training": DatasetSplit.train,
    "validation": DatasetSplit.validation, "valid": DatasetSplit.validation, "val": DatasetSplit.validation,
    "dev": DatasetSplit.validation,
    "test": "test", "testing": "test", "eval": "test", "evaluation": "test",
  ]

  /// The splits in their usual order.
  package static let order = [DatasetSplit.train, DatasetSplit.validation, "test"]

  /// `train`, `validation` or `test`, where a name is one of their words; otherwise nil.
  package static func standard(_ name: some StringProtocol) -> String? { words[name.lowercased()] }
}
