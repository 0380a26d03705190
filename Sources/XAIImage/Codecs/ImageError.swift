/// Why an image could not be read or written.
///
/// Each case names the file (or the source that the caller named).
public enum ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file can't be opened or read.
  case unreadable(file: String, reason: String)
  /// The file has no bytes.
  case empty(file: String)
  /// The content is neither JPEG nor PNG.
  case unknownFormat(file: String, content: String)
  /// The image has more pixels than the limit.
  case tooManyPixels(file: String, width: Int, height: Int, limit: Int)
  /// The file ends before the image does.
  case truncated(file: String, format: ImageFormat, reason: String)
  /// The content breaks the rules of its format.
  case corrupt(file: String, format: ImageFormat, reason: String)
  /// Memory ran out.
  case outOfMemory(file: String, format: ImageFormat)
  /// The name of the file to write has no extension of a known format.
  case unknownExtension(file: String)
  /// The image can't be encoded.
  case notEncodable(format: ImageFormat, reason: String)

  /// What is wrong, with what, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): can't be read: \(reason). Check the path and its permissions."
    case .empty(let file):
      "\(file): the file is empty. Copy or download it again."
    case .unknownFormat(let file, let content):
      "\(file): not a JPEG or PNG picture; the content is \(content). Convert it to JPEG or PNG."
    case .tooManyPixels(let file, let width, let height, let limit):
      "\(file): \(width)×\(height) pixels are more than the limit of \(limit). "
        + "Shrink the picture, or raise the limit if you trust the file."
    case .truncated(let file, let format, let reason):
      "\(file): the \(format.rawValue) picture is cut off (\(reason)). Copy or download it again."
    case .corrupt(let file, let format, let reason):
      "\(file): the \(format.rawValue) picture is damaged or unsupported (\(reason)). "
        + "Copy it again, or save it anew with an image editor."
    case .outOfMemory(let file, let format):
      "\(file): memory ran out over the \(format.rawValue) picture. Shrink the picture or free memory."
    case .unknownExtension(let file):
      "\(file): the extension tells no format. Use .png, .jpg or .jpeg."
    case .notEncodable(let format, let reason):
      "the picture can't be written as \(format.rawValue): \(reason)."
    }
  }
}
