/// Why a registry can't be built, or does not know something.
public enum RegistryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Two things have the same id.
  case duplicate(kind: String, id: String)
  /// An id that is not kebab-case.
  case malformedID(kind: String, id: String)
  /// Nothing has this id.
  case unknown(kind: String, id: String, known: [String])
  /// No family of models matches a directory.
  case unsupportedModel(path: String, configuration: String, known: [String])
  /// A text is neither a data set's id nor the path of one.
  case unknownDataset(text: String, known: [String])

  public var description: String {
    switch self {
    case .duplicate(let kind, let id): "two things are registered as the \(kind) '\(id)'; rename one"
    case .malformedID(let kind, let id):
      "the \(kind) id '\(id)' is not kebab-case: small letters, digits and hyphens, a letter first"
    case .unknown(let kind, let id, let known):
      "there is no \(kind) '\(id)'\(suggestion(for: id, among: known)); known are \(known.joined(separator: ", "))"
    case .unsupportedModel(let path, let configuration, let known):
      "\(path): no plugin loads \(configuration); supported are \(known.joined(separator: "; "))"
    case .unknownDataset(let text, let known):
      "'\(text)' is neither a folder or list of pictures that a data set reads nor the id of one"
        + "\(suggestion(for: text, among: known)); known are \(known.joined(separator: ", "))"
    }
  }
}
