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

  /// A boolean.
  public func bool(_ key: String) throws(ConfigurationError) -> Bool { try required(optionalBool(key), key) }

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
      throw .invalid(
        file: file, key: key, reason: "is \(integer), outside \(range.lowerBound) to \(range.upperBound)")
    }
  }
}

extension JSONValue {
  var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }

  var text: String? { if case .string(let text) = self { text } else { nil } }

  var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .double(let double): double
    default: nil
    }
  }

  /// The elements as one type, nil where one is of another kind.
  func elements<T>(_ convert: (JSONValue) -> T?) -> [T]? {
    guard case .array(let elements) = self else { return nil }
    let converted = elements.compactMap(convert)
    return converted.count == elements.count ? converted : nil
  }
}
