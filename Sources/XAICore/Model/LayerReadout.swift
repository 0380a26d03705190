/// Which tokens of a layer the classifier reads as though it were the last.
public enum LayerReadout: String, OptionValue, CaseIterable {
  /// The mean of all tokens, prefix tokens among them, which the classifier's layer norm and head then see.
  case mean
  /// The tokens that the model reads behind its last layer, in its own way.
  case own
}
