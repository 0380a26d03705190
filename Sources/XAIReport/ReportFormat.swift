/// How a report is written down.
public enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  /// Aligned text.
  case terminal
  /// Markdown with tables.
  case markdown
  /// One tidy table, a row per explainer and metric.
  case csv
  /// Everything, for programs.
  case json
  /// A fragment for papers: a booktabs table per experiment and a paragraph for the methods.
  case latex
  /// The publications that the fragment cites.
  case bibtex
  /// One self-contained page with figures and images.
  case html

  /// The extension of files of the format.
  public var fileExtension: String {
    switch self {
    case .terminal: "txt"
    case .markdown: "md"
    case .csv: "csv"
    case .json: "json"
    case .latex: "tex"
    case .bibtex: "bib"
    case .html: "html"
    }
  }

  /// The format that files of an extension have.
  public init?(fileExtension: String) {
    guard let format = Self.allCases.first(where: { $0.fileExtension == fileExtension.lowercased() }) else {
      return nil
    }
    self = format
  }
}

extension Report {
  /// The report in a format, the same text each time.
  ///
  /// - Throws: where an image of a map can't be encoded.
  public func text(as format: ReportFormat) throws -> String {
    switch format {
    case .terminal: TerminalWriter().text(blocks)
    case .markdown: MarkdownWriter().text(blocks)
    case .csv: CSVWriter().text(self)
    case .json: try JSONWriter().text(self)
    case .latex: LaTeXWriter(self).text
    case .bibtex: Bibliography(sections).bibTeX
    case .html: try HTMLWriter(self).page()
    }
  }
}
