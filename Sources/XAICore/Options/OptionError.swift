/// A wrong option, with the right ones.
public enum OptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The owner has no such option.
  case unknown(owner: String, option: String, known: [String])
  /// The option does not take this value.
  case invalid(owner: String, option: String, value: String, allowed: String)
  /// The value does not fit the model.
  case outOfRange(option: String, value: String, allowed: String)
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
    case .outOfRange(let option, let value, let allowed): "\(option)=\(value) is out of range: \(allowed)"
    case .repeated(let owner, let option): "\(owner): \(option) is given twice"
    case .malformed(let text): "'\(text)' is not of the form id:key=value,key=value"
    }
  }
}
