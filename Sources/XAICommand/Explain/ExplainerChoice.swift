import XAICore

/// An explainer that a user asked for.
struct ExplainerChoice: Sendable {
  /// As the user wrote it.
  let text: String
  let explainer: any Explainer

  init(_ text: String, registry: Registry) throws {
    self.text = text
    self.explainer = try registry.explainer(text)
  }

  /// The explainers of some texts; one that is asked for twice in different words counts once.
  static func list(_ texts: [String], registry: Registry) throws -> [ExplainerChoice] {
    var seen: Set<String> = []
    return try texts.map { try ExplainerChoice($0, registry: registry) }
      .filter { seen.insert($0.explainer.specification).inserted }
  }

  /// What figures call it: the title, and the options as the user wrote them.
  var heading: String {
    let options = text.split(separator: ":", maxSplits: 1).dropFirst().first
    return explainer.descriptor.title + (options.map { " \($0)" } ?? "")
  }

  /// What file names call it: `gmar-norm=l2`.
  var fileName: String {
    String(
      text.prefix(100).map { character in
        if character.isASCII, character.isLetter || character.isNumber || "=-.".contains(character) {
          return character
        }
        return ":,".contains(character) ? "-" : "_"
      })
  }
}
