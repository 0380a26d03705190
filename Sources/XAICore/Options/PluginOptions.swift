/// The options of an explainer or metric: a value with defaults, described by a table.
///
/// The table is the only description: the command's `id:key=value` form, JSON, help and error messages are made
/// from it, so they can't differ.
public protocol PluginOptions: Codable, Hashable, Sendable {
  /// The defaults.
  init()
  /// Every option, in the order in which users see them.
  static var table: [OptionSpec<Self>] { get }
  /// Named settings that options are applied on top of; none by default.
  static var presets: [Preset<Self>] { get }
}

extension PluginOptions {
  /// No presets.
  public static var presets: [Preset<Self>] { [] }
}

/// One option of a table.
public struct OptionSpec<Options: PluginOptions>: Sendable {
  /// What users write, kebab-case.
  public let name: String
  /// One line that says what it does.
  public let summary: String
  /// What values it takes, for people.
  public let allowed: String
  /// Whether it is another way of writing part of an option of the table.
  public let isAlias: Bool
  /// The value that a protocol's text leaves out; nil for none.
  let unsaid: String?
  let choices: [String]
  let get: @Sendable (Options) -> String
  let set: @Sendable (inout Options, String) -> Bool

  /// Makes an option from a property.
  ///
  /// - Parameters:
  ///   - name: what users write, kebab-case.
  ///   - property: what it sets.
  ///   - summary: one line that says what it does.
  ///   - isAlias: whether it changes part of what another option of the table says. An alias is read after all
  ///     others, wherever it stands, and never written.
  ///   - former: what came about before there was such an option. It is left out of a protocol's text, so that the
  ///     protocols of before keep their hashes and everything else has one of its own.
  ///   - allowed: what values it takes, for people.
  ///   - isAllowed: narrows the values to what `allowed` says.
  public init<Value: OptionValue>(
    _ name: String, _ property: any WritableKeyPath<Options, Value> & Sendable, _ summary: String,
    isAlias: Bool = false, former: Value? = nil, allowed: String = Value.allowedOptionText,
    where isAllowed: @escaping @Sendable (Value) -> Bool = { _ in true }
  ) {
    self.name = name
    self.summary = summary
    self.allowed = allowed
    self.isAlias = isAlias
    self.unsaid = former?.optionText
    self.choices = Value.optionTexts
    self.get = { $0[keyPath: property].optionText }
    self.set = { options, text in
      guard let value = Value(optionText: text), isAllowed(value) else { return false }
      options[keyPath: property] = value
      return true
    }
  }

  /// Makes an option from a property that takes some of the values of its type, in the order in which users see them.
  public init<Value: OptionValue>(
    _ name: String, _ property: any WritableKeyPath<Options, Value> & Sendable, _ summary: String,
    oneOf values: [Value]
  ) {
    self.name = name
    self.summary = summary
    self.choices = values.map(\.optionText)
    self.allowed = choices.joined(separator: " | ")
    self.isAlias = false
    self.unsaid = nil
    self.get = { $0[keyPath: property].optionText }
    self.set = { options, text in
      guard let value = values.first(where: { $0.optionText == text }) else { return false }
      options[keyPath: property] = value
      return true
    }
  }
}

extension OptionSpec {
  /// An option of options that these hold, under its own name.
  package init<Inner>(
    _ inner: OptionSpec<Inner>, of path: any WritableKeyPath<Options, Inner> & Sendable
  ) {
    (name, summary, allowed) = (inner.name, inner.summary, inner.allowed)
    (isAlias, unsaid, choices) = (inner.isAlias, inner.unsaid, inner.choices)
    get = { inner.get($0[keyPath: path]) }
    set = { inner.set(&$0[keyPath: path], $1) }
  }
}

/// A named setting of several options.
public struct Preset<Options: PluginOptions>: Sendable {
  /// What users write after `preset=`.
  public let name: String
  /// One line that says what it stands for.
  public let summary: String
  let apply: @Sendable (inout Options) -> Void

  /// Makes a preset from what it changes.
  public init(_ name: String, _ summary: String, apply: @escaping @Sendable (inout Options) -> Void) {
    self.name = name
    self.summary = summary
    self.apply = apply
  }

  /// A preset of options that these hold, under its own name.
  package init<Inner>(_ inner: Preset<Inner>, of path: any WritableKeyPath<Options, Inner> & Sendable) {
    self.init(inner.name, inner.summary) { inner.apply(&$0[keyPath: path]) }
  }
}

/// An option as users see it, without its type.
public struct OptionDescription: Hashable, Sendable, Codable {
  /// What users write.
  public let name: String
  /// What it does.
  public let summary: String
  /// What values it takes.
  public let allowed: String
  /// Every value that it takes, where they can be listed; otherwise empty.
  public let choices: [String]
  /// The default, as users would write it.
  public let defaultValue: String
}

extension PluginOptions {
  /// The table as users see it, presets first.
  public static var descriptions: [OptionDescription] {
    let defaults = Self()
    return OptionDescription.presets(presets.map { (name: $0.name, summary: $0.summary) })
      + table.map {
        OptionDescription(
          name: $0.name, summary: $0.summary, allowed: $0.allowed, choices: $0.choices,
          defaultValue: $0.get(defaults))
      }
  }

  /// Makes options from `key=value` texts over the defaults, whatever their order: a preset counts first, aliases last.
  ///
  /// - Throws: `OptionError` for an unknown key, a value that the option does not take, or a key given twice.
  public init(_ values: [(key: String, value: String)], of owner: String) throws(OptionError) {
    self.init()
    let (presets, table) = (Self.presets, Self.table)
    let settings = try OptionSettings(
      values, of: owner, options: table.map { (name: $0.name, isAlias: $0.isAlias) },
      presets: presets.map(\.name))
    if let preset = settings.preset { presets[preset].apply(&self) }
    for (option, value) in settings.values {
      guard table[option].set(&self, value) else {
        throw .invalid(
          owner: owner, option: table[option].name, value: value, allowed: table[option].allowed)
      }
    }
  }

  /// Every option that is no alias as `key` and `value` texts, in the order of the table.
  public var texts: [(key: String, value: String)] {
    Self.table.filter { !$0.isAlias }.map { (key: $0.name, value: $0.get(self)) }
  }

  /// The texts that tell a protocol from others: without what was so before there was an option for it.
  package var protocolTexts: [(key: String, value: String)] {
    Self.table.filter { !$0.isAlias }.map { (option: $0, value: $0.get(self)) }
      .filter { $0.option.unsaid != $0.value }.map { (key: $0.option.name, value: $0.value) }
  }

  /// The first preset that is these options; nil where none is.
  public var presetName: String? {
    Self.presets.first { preset in
      var options = Self()
      preset.apply(&options)
      return options == self
    }?.name
  }

  /// The shortest text that makes these options, as `key=value,key=value`: what differs from the defaults, or the preset
  /// that is nearest and what differs from it.
  ///
  /// Of equally long ones the preset says more.
  public var shortestText: String {
    let fromPresets = Self.presets.map { preset -> [String] in
      var options = Self()
      preset.apply(&options)
      return ["\(presetKey)=\(preset.name)"] + settings(beside: options)
    }
    let fromDefaults = settings(beside: Self())
    let shortest = fromPresets.min { $0.count < $1.count } ?? fromDefaults
    return (shortest.count <= fromDefaults.count ? shortest : fromDefaults).joined(separator: ",")
  }

  /// The options that are not those of other options, as `key=value`.
  private func settings(beside other: Self) -> [String] {
    zip(texts, other.texts).filter { $0.value != $1.value }.map { "\($0.0.key)=\($0.0.value)" }
  }
}

extension OptionDescription {
  /// The option that names a preset; none where there are no presets.
  fileprivate static func presets(_ presets: [(name: String, summary: String)]) -> [OptionDescription] {
    guard let first = presets.first else { return [] }
    return [
      OptionDescription(
        name: presetKey, summary: presets.map { "\($0.name): \($0.summary)" }.joined(separator: "; "),
        allowed: presets.map(\.name).joined(separator: " | "), choices: presets.map(\.name),
        defaultValue: first.name)
    ]
  }
}

/// What texts set, by the places of preset and options in their lists.
///
/// It knows nothing of the type of the options, so that it is compiled once and not for each.
private struct OptionSettings {
  /// The preset, which counts first.
  var preset: Int?
  /// Options and their values, aliases last.
  var values: [(option: Int, value: String)] = []

  init(
    _ texts: [(key: String, value: String)], of owner: String, options: [(name: String, isAlias: Bool)],
    presets: [String]
  ) throws(OptionError) {
    for (index, pair) in texts.enumerated() where texts[..<index].contains(where: { $0.key == pair.key }) {
      throw .repeated(owner: owner, option: pair.key)
    }
    if let pair = texts.first(where: { $0.key == presetKey }), !presets.isEmpty {
      preset = presets.firstIndex(of: pair.value)
      guard preset != nil else {
        throw .invalid(
          owner: owner, option: presetKey, value: pair.value, allowed: presets.joined(separator: " | "))
      }
    }
    var aliases: [(option: Int, value: String)] = []
    for pair in texts where pair.key != presetKey || presets.isEmpty {
      guard let option = options.firstIndex(where: { $0.name == pair.key }) else {
        throw .unknown(
          owner: owner, option: pair.key,
          known: (presets.isEmpty ? [] : [presetKey]) + options.map(\.name))
      }
      if options[option].isAlias {
        aliases.append((option, pair.value))
      } else {
        values.append((option, pair.value))
      }
    }
    values += aliases
  }
}

/// The options of a plugin that has none.
public struct NoOptions: PluginOptions {
  /// Makes the only value.
  public init() {}

  /// Nothing.
  public static let table: [OptionSpec<Self>] = []
}

/// The key that names a preset.
private let presetKey = "preset"

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
