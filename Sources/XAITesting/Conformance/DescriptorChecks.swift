import XAICore
import XAIFoundation

extension Findings {
  /// Checks what every descriptor has.
  mutating func checkDescriptor(id: String, title: String, summary: String, citation: Citation) {
    expect(
      isKebabCase(id), .descriptor,
      "the id '\(id)' is not kebab-case: small letters, digits and hyphens, a letter first")
    expect(!title.isEmpty, .descriptor, "the title is empty")
    expect(!summary.isEmpty, .descriptor, "the summary is empty")
    expect(!summary.hasSuffix("."), .descriptor, "the summary ends in a full stop; lists set it without")
    expect(!summary.contains("\n"), .descriptor, "the summary is longer than a line")
    for (name, text) in [
      ("authors", citation.authors), ("title", citation.title), ("venue", citation.venue),
      ("identifier", citation.identifier),
    ] {
      expect(!text.isEmpty, .descriptor, "the citation has no \(name)")
    }
    expect((1900...2100).contains(citation.year), .descriptor, "the citation's year is \(citation.year)")
  }
}
