/// What stands in the place of pixels that a metric takes away.
public enum Substrate: String, OptionValue, CaseIterable {
  /// `zero` where pixels are taken away and `blur` where they are brought back, as RISE has it.
  case rise
  /// 0 after mean and deviation.
  case zero
  /// 0 before mean and deviation.
  case black
  /// The mean colour of ImageNet.
  case mean
  /// The picture, blurred.
  case blur
  /// The lowest value of the model's input, in all channels.
  case lowest

  /// The fill of a way in one direction.
  func fill(isInsertion: Bool) -> Fill { Fill(rawValue: rawValue) ?? (isInsertion ? .blur : .zero) }
}
