import XAIFoundation

/// A JSON configuration of a model, read by dotted keys such as `pretrained_cfg.num_classes`.
///
/// Lookups throw `ConfigurationError`, which names the file and the key. Those called `optional…` give nil where the
/// key is absent or `null`, and throw where the value is of another kind.
public struct Configuration: Sendable {
  /// What messages call the file.
  public let file: String
  /// The whole content.
  public let value: JSONValue

  static let byteLimit = 16 << 20

  /// Wraps a value that was made or read elsewhere; `file` is what messages call it.
  public init(_ value: JSONValue, file: String) {
    self.file = file
    self.value = value
  }

  /// Reads a file of at most 16 MB.
  public init(path: String) throws(ConfigurationError) {
    let contents: FileBytes
    do throws(ReadFailure) {
      contents = try FileBytes(mapping: path)
    } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
    self.init(try Self.parse(contents, file: path), file: path)
  }

  /// Parses a text; `file` is what messages call it.
  public init(text: String, file: String) throws(ConfigurationError) {
    self.init(try Self.parse(FileBytes(copying: text.utf8), file: file), file: file)
  }

  private static func parse(_ contents: FileBytes, file: String) throws(ConfigurationError) -> JSONValue {
    guard contents.count <= byteLimit else {
      throw .tooLarge(file: file, byteCount: contents.count, limit: byteLimit)
    }
    return try contents.withBytes { (bytes) throws(ConfigurationError) in
      do throws(JSONFailure) {
        return try JSONValue(parsing: bytes)
      } catch {
        let before = bytes.prefix(error.offset)
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        throw .malformed(
          file: file, line: before.count { $0 == 0x0A } + 1, column: error.offset - lineStart + 1,
          reason: error.reason)
      }
    }
  }

  /// The value at a dotted key, nil where it is absent or `null`; keys that have dots themselves are out of reach.
  public func optionalValue(_ key: String) -> JSONValue? {
    var value = value
    for name in key.split(separator: ".") {
      guard case .object(let members) = value, let member = members[String(name)] else { return nil }
      value = member
    }
    return value == .null ? nil : value
  }

  /// The value at a dotted key, turned into a type by `convert`, which gives nil where the kind is another.
  func optional<T>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> T?
  ) throws(ConfigurationError) -> T? {
    guard let value = optionalValue(key) else { return nil }
    guard let converted = convert(value) else {
      throw .wrongKind(file: file, key: key, expected: expected, found: value.kind)
    }
    return converted
  }

  /// Unwraps what a lookup found.
  func required<T>(_ found: T?, _ key: String) throws(ConfigurationError) -> T {
    guard let found else { throw .missing(file: file, key: key) }
    return found
  }
}
