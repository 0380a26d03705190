import XAIFoundation

/// A JSON configuration of a model, read by dotted keys such as `pretrained_cfg.num_classes`.
///
/// Lookups throw `ConfigurationError`, which names the file and the key. Those called `optional…` give nil where the
/// key is absent or `null`, and throw where the value is of another kind.
public struct Configuration: Sendable {
  /// What messages call the file.
  public let file: String
  /// The whole content; of a section, what stands below its key.
  public let value: JSONValue
  /// The dotted key of a section, which messages put before those that are looked up; empty for a whole file.
  private let section: String

  static let byteLimit = 16 << 20

  /// Wraps a value that was made or read elsewhere; `file` is what messages call it.
  public init(_ value: JSONValue, file: String) {
    self.init(value, file: file, section: "")
  }

  private init(_ value: JSONValue, file: String, section: String) {
    self.file = file
    self.value = value
    self.section = section
  }

  /// The object at a key as a configuration of its own, nil where there is none.
  public func section(_ key: String) throws(ConfigurationError) -> Configuration? {
    let object = try optional(key, "an object") { value -> JSONValue? in
      if case .object = value { value } else { nil }
    }
    return object.map { Configuration($0, file: file, section: fullKey(key)) }
  }

  /// A key as messages name it.
  private func fullKey(_ key: String) -> String { section.isEmpty ? key : "\(section).\(key)" }

  /// Reads a file of at most 16 MB, which has to hold an object.
  public init(path: String) throws(ConfigurationError) {
    let value = try Self.parse(Self.contents(of: path), file: path) { (bytes) throws(JSONFailure) in
      try JSONValue(parsing: bytes)
    }
    guard case .object = value else { throw .notAnObject(file: path, found: value.kind) }
    self.init(value, file: path)
  }

  private static func contents(of path: String) throws(ConfigurationError) -> FileBytes {
    if let target = FileSystem.brokenTarget(of: path) { throw .brokenLink(file: path, target: target) }
    do throws(ReadFailure) { return try FileBytes(mapping: path) } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
  }

  /// Reads a file that needn't be there, nil where nothing is.
  public init?(optionalPath path: String) throws(ConfigurationError) {
    guard FileSystem.kind(of: path) != nil || FileSystem.brokenTarget(of: path) != nil else { return nil }
    try self.init(path: path)
  }

  /// Parses a text; `file` is what messages call it.
  public init(text: String, file: String) throws(ConfigurationError) {
    let value = try Self.parse(FileBytes(copying: text.utf8), file: file) { (bytes) throws(JSONFailure) in
      try JSONValue(parsing: bytes)
    }
    guard case .object = value else { throw .notAnObject(file: file, found: value.kind) }
    self.init(value, file: file)
  }

  private static func parse<Value>(
    _ contents: FileBytes, file: String, byteLimit: Int = byteLimit,
    _ read: (UnsafeRawBufferPointer) throws(JSONFailure) -> Value
  ) throws(ConfigurationError) -> Value {
    guard contents.count <= byteLimit else {
      throw .tooLarge(file: file, byteCount: contents.count, limit: byteLimit)
    }
    return try contents.withBytes { (bytes) throws(ConfigurationError) in
      do throws(JSONFailure) { return try read(bytes) } catch {
        if let content = ForeignContent(of: bytes) { throw .foreign(file: file, content: content) }
        let before = bytes.prefix(error.offset)
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        throw .malformed(
          file: file, line: before.count { $0 == 0x0A } + 1, column: error.offset - lineStart + 1,
          reason: error.reason)
      }
    }
  }

  /// Reads a file of at most 128 MB, such as a `tokenizer.json`, with one object in it apart: as its members in their order.
  ///
  /// In a dictionary, keys that differ only in how an accent is composed would be one; in a vocabulary they are two.
  ///
  /// - Parameters:
  ///   - path: the file, which has to hold an object.
  ///   - key: where in it the object with the members lies: the keys that lead to it.
  /// - Returns: the file without that object, and its members; none where it isn't there.
  package static func reading(
    _ path: String, apart key: [String]
  ) throws(ConfigurationError) -> (rest: Configuration, members: [(key: String, value: JSONValue)]) {
    var members: [(key: String, value: JSONValue)] = []
    let contents = try contents(of: path)
    let value = try parse(contents, file: path, byteLimit: 128 << 20) { (bytes) throws(JSONFailure) in
      var reader = JSONReader(bytes)
      let value = try JSONValue(from: &reader, apart: key[...], &members)
      try reader.expectEnd()
      return value
    }
    guard case .object = value else { throw .notAnObject(file: path, found: value.kind) }
    return (Configuration(value, file: path), members)
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
      throw .wrongKind(file: file, key: fullKey(key), expected: expected, found: value.kind)
    }
    return converted
  }

  /// Unwraps what a lookup found.
  func required<T>(_ found: T?, _ key: String) throws(ConfigurationError) -> T {
    guard let found else { throw .missing(file: file, key: fullKey(key)) }
    return found
  }

  /// The error for a value that is of the right kind and can't be used; `reason` reads on from the key: "is 0, and …".
  public func invalid(_ key: String, _ reason: String) -> ConfigurationError {
    .invalid(file: file, key: fullKey(key), reason: reason)
  }

  /// The error for a value that asks for what isn't computed here.
  public func unsupported(_ key: String, value: String, supported: String) -> ConfigurationError {
    .unsupported(file: file, key: fullKey(key), value: value, supported: supported)
  }
}

extension Configuration {
  /// A whole number within `range`; sizes of a model are bounded so that no hostile one is ever allocated.
  public func integer(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws(ConfigurationError)
    -> Int
  {
    try required(optionalInteger(key, in: range), key)
  }

  /// A whole number within `range`, nil where there is none.
  public func optionalInteger(
    _ key: String, in range: ClosedRange<Int> = .min ... .max
  ) throws(ConfigurationError) -> Int? {
    let found = try optional(key, "an integer", \.integer)
    if let found { try check(found, in: range, key) }
    return found
  }

  /// A number.
  public func double(_ key: String) throws(ConfigurationError) -> Double {
    try required(optionalDouble(key), key)
  }

  /// A number, nil where there is none.
  public func optionalDouble(_ key: String) throws(ConfigurationError) -> Double? {
    try optional(key, "a number", \.number)
  }

  /// A boolean, nil where there is none.
  public func optionalBool(_ key: String) throws(ConfigurationError) -> Bool? {
    try optional(key, "true or false") { value in
      if case .boolean(let boolean) = value { boolean } else { nil }
    }
  }

  /// A string.
  public func string(_ key: String) throws(ConfigurationError) -> String {
    try required(optionalString(key), key)
  }

  /// A string, nil where there is none.
  public func optionalString(_ key: String) throws(ConfigurationError) -> String? {
    try optional(key, "a string", \.text)
  }

  func check(_ integer: Int, in range: ClosedRange<Int>, _ key: String) throws(ConfigurationError) {
    guard range.contains(integer) else {
      throw invalid(key, "is \(integer), outside \(range.lowerBound) to \(range.upperBound)")
    }
  }
}

extension JSONValue {
  /// The number, where it is a whole one.
  package var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }

  /// The string, where it is one.
  package var text: String? { if case .string(let text) = self { text } else { nil } }

  /// The number, where it is one.
  package var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .double(let double): double
    default: nil
    }
  }

  /// The elements as one type, nil where one is of another kind.
  package func elements<T>(_ convert: (JSONValue) -> T?) -> [T]? {
    guard case .array(let elements) = self else { return nil }
    let converted = elements.compactMap(convert)
    return converted.count == elements.count ? converted : nil
  }
}

extension Configuration {
  /// Height and width, nil where there are none: one number stands for both.
  public func optionalIntegerPair(
    _ key: String, in range: ClosedRange<Int> = .min ... .max
  ) throws(ConfigurationError) -> (height: Int, width: Int)? {
    let pair = try optional(key, "an integer or two in an array") { value -> [Int]? in
      if let side = value.integer { return [side, side] }
      return value.elements(\.integer).flatMap { $0.count == 2 ? $0 : nil }
    }
    guard let pair else { return nil }
    for side in pair { try check(side, in: range, key) }
    return (pair[0], pair[1])
  }

  /// Whole numbers.
  public func integers(_ key: String) throws(ConfigurationError) -> [Int] {
    try required(optionalIntegers(key), key)
  }

  /// Whole numbers, nil where there are none.
  public func optionalIntegers(_ key: String) throws(ConfigurationError) -> [Int]? {
    try optional(key, "an array of integers") { $0.elements(\.integer) }
  }

  /// Numbers, nil where there are none.
  public func optionalDoubles(_ key: String) throws(ConfigurationError) -> [Double]? {
    try optional(key, "an array of numbers") { $0.elements(\.number) }
  }

  /// Strings, nil where there are none.
  public func optionalStrings(_ key: String) throws(ConfigurationError) -> [String]? {
    try optional(key, "an array of strings") { $0.elements(\.text) }
  }

  /// Names of classes by class index, as `id2label` has them, nil where there are none; a number stands for its text.
  public func optionalLabels(_ key: String = "id2label") throws(ConfigurationError) -> [Int: String]? {
    guard let object = try section(key), case .object(let members) = object.value else { return nil }
    var labels: [Int: String] = [:]
    for (name, label) in members.sorted(by: { $0.key < $1.key }) {
      guard let index = Int(name), index >= 0 else {
        throw invalid(key, "has \(quoted(name)), which is no class index: they count from 0")
      }
      guard let text = label.text ?? label.numberText else {
        throw invalid(key, "has \(label.kind) for class \(index), and a label is a string")
      }
      // "7" and "07" would be one class.
      guard labels.updateValue(text, forKey: index) == nil else {
        throw invalid(key, "names class \(index) twice")
      }
    }
    return labels
  }
}

extension JSONValue {
  /// A number as text.
  fileprivate var numberText: String? {
    switch self {
    case .integer(let integer): String(integer)
    case .double(let double): String(double)
    default: nil
    }
  }
}

extension Configuration: CustomStringConvertible {
  /// The file.
  public var description: String { FileName.shown(file) }
}
