public import XAIFoundation

/// Why a configuration can't be used; every case names the file, and the dotted key where there is one.
public enum ConfigurationError: Error, Hashable, Sendable {
  /// The file can't be read.
  case unreadable(file: String, reason: String)
  /// The file is a link that leads nowhere.
  case brokenLink(file: String, target: String)
  /// The file is larger than any configuration.
  case tooLarge(file: String, byteCount: Int, limit: Int)
  /// The file is of a kind that takes the place of another by mistake.
  case foreign(file: String, content: ForeignContent)
  /// The file holds JSON that is no object.
  case notAnObject(file: String, found: String)
  /// The file isn't JSON; lines and columns (of bytes) count from one.
  case malformed(file: String, line: Int, column: Int, reason: String)
  /// A value that is needed isn't there.
  case missing(file: String, key: String)
  /// A value is of another kind than the one asked for.
  case wrongKind(file: String, key: String, expected: String, found: String)
  /// A value is of the right kind and can't be used all the same.
  case invalid(file: String, key: String, reason: String)
  /// A value asks for what isn't computed here.
  case unsupported(file: String, key: String, value: String, supported: String)
}

extension ConfigurationError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(quoted(file)) can't be read: \(reason)"
    case .brokenLink(let file, let target):
      brokenLinkText(file, target: target)
    case .tooLarge(let file, let byteCount, let limit):
      "\(quoted(file)) has \(byteCount) bytes, over the limit of \(limit). Check that it is a configuration"
    case .foreign(let file, let content):
      "\(quoted(file)) is \(content.name), not a configuration. \(content.remedy)"
    case .notAnObject(let file, let found):
      "\(quoted(file)) holds \(found), and a configuration is an object. Check that it is the model's"
    case .malformed(let file, let line, let column, let reason):
      "\(quoted(file)) isn't valid JSON: \(reason) at line \(line), column \(column). "
        + "Correct it or download it again"
    case .missing(let file, let key):
      "\(quoted(file)) has no \(quoted(key)). Add it as the model's authors publish it"
    case .wrongKind(let file, let key, let expected, let found):
      "\(quoted(file)): \(quoted(key)) should be \(expected) and is \(found). Correct it"
    case .invalid(let file, let key, let reason):
      "\(quoted(file)): \(quoted(key)) \(reason). Correct it"
    case .unsupported(let file, let key, let value, let supported):
      "\(quoted(file)): \(quoted(key)) is \(value), which isn't supported. Supported: \(supported)"
    }
  }
}

/// What is wrong with a link that leads nowhere, as an interrupted download leaves it in a cache.
func brokenLinkText(_ file: String, target: String) -> String {
  "\(quoted(file)) is a link to \(quoted(target)), where nothing is. Download the model again, or copy it with the files that "
    + "its links lead to"
}
