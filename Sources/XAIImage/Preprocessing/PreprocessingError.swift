/// Why a preprocessing configuration or an image can't be used.
///
/// Configuration errors name the key.
public enum PreprocessingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The configuration is no JSON object.
  case notJSON(reason: String)
  /// A key holds a value of the wrong type or outside its range.
  case invalidValue(key: String, reason: String)
  /// A key asks for something that this version can't do.
  case unsupported(key: String, value: String, alternatives: String)
  /// The images of one batch come out in different extents.
  case unequalExtents(first: String, other: String, index: Int)
  /// There is no image to make a tensor of.
  case noPictures
  /// An image without pixels has nothing to resize.
  case emptyPicture
  /// The resize would make more pixels than ``Image/defaultPixelLimit``.
  case tooElongated(picture: String, resized: String)

  /// What is wrong, with which key, and what to do.
  public var description: String {
    switch self {
    case .notJSON(let reason):
      "the preprocessing configuration is no JSON object: \(reason)."
    case .invalidValue(let key, let reason):
      "the preprocessing key \"\(key)\" is invalid: \(reason). Correct it in the configuration file."
    case .unsupported(let key, let value, let alternatives):
      "the preprocessing key \"\(key)\" is \(value), which is not supported. Use \(alternatives)."
    case .unequalExtents(let first, let other, let index):
      "picture \(index) comes out as \(other) and the first as \(first). "
        + "Give the preprocessing an input size, so that all pictures of a batch have one extent."
    case .noPictures:
      "a batch needs at least one picture."
    case .emptyPicture:
      "a picture of no pixels can't be given to a model."
    case .tooElongated(let picture, let resized):
      "a picture of \(picture) would be resized to \(resized), more than \(Image.defaultPixelLimit) pixels. "
        + "Crop the picture first."
    }
  }
}
