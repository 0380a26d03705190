/// A plugin with options as users write it: `gmar:norm=l2,preset=paper`.
package struct Specification: Sendable, CustomStringConvertible {
  /// The plugin's id.
  package let id: String
  /// Keys and values, in the order in which they stand.
  package let values: [(key: String, value: String)]

  /// Reads `id` or `id:key=value,key=value`.
  package init(parsing text: String) throws(OptionError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let id = parts.first, !id.isEmpty else { throw .malformed(text: text) }
    self.id = String(id)
    var values: [(key: String, value: String)] = []
    if parts.count == 2 {
      for pair in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else { throw .malformed(text: text) }
        values.append((key: String(sides[0]), value: String(sides[1])))
      }
    }
    self.values = values
  }

  /// The text that reads back the same.
  package var description: String {
    values.isEmpty ? id : "\(id):" + values.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}

extension Specification {
  /// Whether what is written as a specification is called by a name: by its id, or by its option `name`, which those have that
  /// are made of data from elsewhere.
  package static func text(_ specification: String, isCalled name: String) -> Bool {
    guard let read = try? Specification(parsing: specification) else { return specification == name }
    return read.id == name || read.values.contains { $0.key == "name" && $0.value == name }
  }
}

/// A wrong option, with the right ones.
public enum OptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The owner has no such option.
  case unknown(owner: String, option: String, known: [String])
  /// The option does not take this value.
  case invalid(owner: String, option: String, value: String, allowed: String)
  /// The value does not fit the model, or another option; the owner is nil where it is not known.
  case outOfRange(owner: String? = nil, option: String, value: String, allowed: String)
  /// The option is given twice.
  case repeated(owner: String, option: String)
  /// The text is not of the form `id:key=value,key=value`.
  case malformed(text: String)

  /// What was wrong and what to write.
  public var description: String {
    switch self {
    case .unknown(let owner, let option, let known):
      known.isEmpty
        ? "\(owner) has no options, so not '\(option)'"
        : "\(owner) has no option '\(option)'\(suggestion(for: option, among: known)); its options are "
          + known.joined(separator: ", ")
    case .invalid(let owner, let option, let value, let allowed):
      "\(owner): \(option) can't be '\(value)'; write \(allowed)"
    case .outOfRange(let owner, let option, let value, let allowed):
      (owner.map { "\($0): " } ?? "") + "\(option)=\(value) is out of range: \(allowed)"
    case .repeated(let owner, let option): "\(owner): \(option) is given twice"
    case .malformed(let text): "'\(text)' is not of the form id:key=value,key=value"
    }
  }
}

extension OptionError {
  /// The same with the owner where that was not known: a check of several owners' options can't say whose they are.
  func named(after name: String) -> OptionError {
    guard case .outOfRange(nil, let option, let value, let allowed) = self else { return self }
    return .outOfRange(owner: name, option: option, value: value, allowed: allowed)
  }

  /// Calls `body`, and throws its errors with the owner.
  static func naming<Result>(_ owner: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as OptionError {
      throw error.named(after: owner)
    }
  }
}
