extension Configuration {
  /// Height and width: one number stands for both.
  public func integerPair(
    _ key: String, in range: ClosedRange<Int> = .min ... .max
  ) throws(ConfigurationError) -> (height: Int, width: Int) {
    try required(optionalIntegerPair(key, in: range), key)
  }

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

  /// Numbers.
  public func doubles(_ key: String) throws(ConfigurationError) -> [Double] {
    try required(optionalDoubles(key), key)
  }

  /// Numbers, nil where there are none.
  public func optionalDoubles(_ key: String) throws(ConfigurationError) -> [Double]? {
    try optional(key, "an array of numbers") { $0.elements(\.number) }
  }

  /// Strings.
  public func strings(_ key: String) throws(ConfigurationError) -> [String] {
    try required(optionalStrings(key), key)
  }

  /// Strings, nil where there are none.
  public func optionalStrings(_ key: String) throws(ConfigurationError) -> [String]? {
    try optional(key, "an array of strings") { $0.elements(\.text) }
  }

  /// Names of classes by class index, as `id2label` has them, nil where there are none.
  public func optionalLabels(_ key: String = "id2label") throws(ConfigurationError) -> [Int: String]? {
    try optional(key, "an object of strings by class index") { value in
      guard case .object(let members) = value else { return nil }
      var labels: [Int: String] = [:]
      for (index, label) in members {
        // "7" and "07" would be one class.
        guard let index = Int(index), index >= 0, let label = label.text, labels[index] == nil else {
          return nil
        }
        labels[index] = label
      }
      return labels
    }
  }
}
