/// A key of an options object.
private struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// A JSON value that an option may have, as text.
private struct OptionText: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(String.self) {
      text = value
    } else if let value = try? container.decode(Bool.self) {
      text = value.optionText
    } else if let value = try? container.decode(Int.self) {
      text = value.optionText
    } else {
      text = try container.decode(Double.self).optionText
    }
  }
}

extension PluginOptions {
  /// Decodes a JSON object of option names and values; options that are left out keep their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionKey.self)
    let values = try container.allKeys.map {
      (key: $0.stringValue, value: try container.decode(OptionText.self, forKey: $0).text)
    }
    try self.init(values, of: String(describing: Self.self))
  }

  /// Encodes every option as a JSON string, by name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: OptionKey.self)
    for (key, value) in texts { try container.encode(value, forKey: OptionKey(stringValue: key)) }
  }
}
