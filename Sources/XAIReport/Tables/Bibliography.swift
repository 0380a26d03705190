import XAICore
import XAIEvaluation

/// The publications of the explainers and metrics of a report, each once, with the keys by which texts cite them.
struct Bibliography {
  /// A publication under its key.
  struct Entry {
    let key: String
    let citation: Citation
  }

  let entries: [Entry]

  /// Gathers the publications of sections: of explainers first, then of metrics.
  init(_ sections: [ReportSection]) {
    let cited = sections.map(\.experiment).flatMap { experiment in
      experiment.explainers.map(\.descriptor.citation) + experiment.metrics.map(\.descriptor.citation)
    }
    var entries: [Entry] = []
    for citation in cited where citation.isPublication {
      guard !entries.contains(where: { $0.citation.isSame(as: citation) }) else { continue }
      let base = citation.key
      let taken = entries.count { $0.key == base || $0.key.dropLast() == base }
      let letter = taken == 0 ? "" : String(UnicodeScalar(UInt8(97 + min(taken, 25))))
      entries.append(Entry(key: base + letter, citation: citation))
    }
    self.entries = entries
  }

  /// The key of a publication; nil where it is none.
  func key(of citation: Citation) -> String? { entries.first { $0.citation.isSame(as: citation) }?.key }

  /// The publications as BibTeX has them.
  ///
  /// All are `misc` with the venue as `howpublished`: descriptors don't say which venue is a journal.
  var bibTeX: String { entries.map(\.bibTeX).joined(separator: "\n") }
}

extension Bibliography.Entry {
  fileprivate var bibTeX: String {
    let fields =
      [
        ("author", citation.bibTeXAuthors), ("title", "{\(LaTeX.escaped(citation.title))}"),
        ("howpublished", LaTeX.escaped(citation.venue)), ("year", "\(citation.year)"),
      ] + citation.bibTeXPlace
    let width = fields.map(\.0.count).max() ?? 0
    let lines = fields.map { name, value in
      "  \(name)\(String(repeating: " ", count: width - name.count)) = {\(value)},\n"
    }
    return "@misc{\(key),\n\(lines.joined())}\n"
  }
}

extension Citation {
  /// Whether there is something to cite: not for a baseline without a source, and what only a page of the project describes.
  var isPublication: Bool { identifier != "none" && !identifier.hasPrefix("docs/") }

  /// Whether another citation is of the same publication; descriptors may name its authors at different lengths.
  fileprivate func isSame(as other: Citation) -> Bool {
    identifier == other.identifier && title == other.title
  }

  /// The first author, the year and the first word of the title: `petsiuk2018rise`.
  fileprivate var key: String {
    func word(_ text: some StringProtocol) -> String {
      text.lowercased().unicodeScalars.compactMap { scalar in
        if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) { return String(scalar) }
        // LATIN SMALL LETTER O WITH DIAERESIS is o.
        let name = scalar.properties.name?.split(separator: " ") ?? []
        return name.count > 3 && name[0] == "LATIN" && name[3].count == 1 ? name[3].lowercased() : nil
      }.joined()
    }
    let articles: Set = ["a", "an", "the", "on", "towards"]
    let words = title.split { !$0.isLetter && !$0.isNumber }.map(word).filter { !$0.isEmpty }
    let title = words.first { !articles.contains($0) } ?? words.first ?? ""
    return word(authors.split { ", &".contains($0) }.first ?? "") + "\(year)" + title
  }

  /// Authors as BibTeX parts them.
  fileprivate var bibTeXAuthors: String {
    var names = authors.replacing(" & ", with: ", ").split(separator: ", ").map(String.init)
    if let last = names.last, last.hasSuffix(" et al.") {
      names[names.count - 1] = String(last.dropLast(" et al.".count))
      names.append("others")
    }
    return names.map { name in
      if name == "others" || name == "contributors" { return "others" }
      // A group is one name.
      return name.contains(" ") ? "{\(LaTeX.escaped(name))}" : LaTeX.escaped(name)
    }.joined(separator: " and ")
  }

  /// What finds the publication.
  fileprivate var bibTeXPlace: [(String, String)] {
    func after(_ prefix: String) -> String? {
      identifier.hasPrefix(prefix) ? String(identifier.dropFirst(prefix.count)) : nil
    }
    if let number = after("arXiv:") { return [("eprint", number), ("archiveprefix", "arXiv")] }
    if let doi = after("doi:") ?? (identifier.hasPrefix("10.") ? identifier : nil) { return [("doi", doi)] }
    if let id = after("openreview:") { return [("url", "https://openreview.net/forum?id=\(id)")] }
    if identifier.hasPrefix("http") { return [("url", identifier)] }
    if identifier.contains("/"), identifier.prefix(while: { $0 != "/" }).contains(".") {
      return [("url", "https://\(identifier)")]
    }
    return [("note", LaTeX.escaped(identifier))]
  }
}
