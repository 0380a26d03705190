import XAIFoundation

/// A type that an option can have: it is read from and written as the text that users type.
public protocol OptionValue: Hashable, Sendable {
  /// Reads a value; nil when the text is not one.
  init?(optionText: String)
  /// The value as users type it.
  var optionText: String { get }
  /// What users may type, for help and errors.
  static var allowedOptionText: String { get }
  /// Every value as users type it, where they can be listed; empty where not.
  static var optionTexts: [String] { get }
}

extension OptionValue {
  /// Nothing: the values can't be listed.
  public static var optionTexts: [String] { [] }
}

extension Int: OptionValue {
  /// Reads a decimal number.
  public init?(optionText: String) { self.init(optionText) }
  /// The decimal number.
  public var optionText: String { String(self) }
  /// Any whole number.
  public static var allowedOptionText: String { "a whole number" }
}

extension Double: OptionValue {
  /// Reads a finite decimal number.
  public init?(optionText: String) {
    guard let value = Double(optionText), value.isFinite else { return nil }
    self = value
  }
  /// The shortest decimal number that reads back the same; whole numbers without a point.
  public var optionText: String { shortest(self) }
  /// Any number.
  public static var allowedOptionText: String { "a number" }
}

extension Bool: OptionValue {
  /// Reads `true` or `false`.
  public init?(optionText: String) { self.init(optionText) }
  /// `true` or `false`.
  public var optionText: String { self ? "true" : "false" }
  /// The two words.
  public static var allowedOptionText: String { "true | false" }
  /// The two words.
  public static var optionTexts: [String] { ["true", "false"] }
}

/// An enumeration whose raw values are what users type.
extension OptionValue where Self: CaseIterable & RawRepresentable<String> {
  /// Reads a raw value.
  public init?(optionText: String) { self.init(rawValue: optionText) }
  /// The raw value.
  public var optionText: String { rawValue }
  /// Every raw value.
  public static var allowedOptionText: String { optionTexts.joined(separator: " | ") }
  /// Every raw value.
  public static var optionTexts: [String] { allCases.map(\.rawValue) }
}

extension String: OptionValue {
  /// Takes any text but an empty one.
  public init?(optionText: String) {
    guard !optionText.isEmpty else { return nil }
    self = optionText
  }
  /// The text.
  public var optionText: String { self }
  /// Any text.
  public static var allowedOptionText: String { "a text" }
}

/// A value that may be left out, written `none`.
extension Optional: OptionValue where Wrapped: OptionValue {
  /// Reads `none` or a value.
  public init?(optionText: String) {
    if optionText == "none" {
      self = .none
    } else {
      guard let value = Wrapped(optionText: optionText) else { return nil }
      self = .some(value)
    }
  }
  /// `none` or the value.
  public var optionText: String { self?.optionText ?? "none" }
  /// A value, or none.
  public static var allowedOptionText: String { "\(Wrapped.allowedOptionText) | none" }
  /// `none` and every value, where they can be listed.
  public static var optionTexts: [String] {
    Wrapped.optionTexts.isEmpty ? [] : ["none"] + Wrapped.optionTexts
  }
}
