/// Why results make no report.
public enum ReportError: Error, Hashable, CustomStringConvertible {
  /// No image was evaluated.
  case noResults(source: String, failure: String?)
  /// No explainer, so nothing to report on.
  case noExplainers(source: String)
  /// The parts of the results contradict one another.
  case inconsistent(source: String, picture: String, reason: String)
  /// The baseline is none of the explainers.
  case unknownBaseline(name: String, known: [String], nearest: [String])

  public var description: String {
    switch self {
    case .noResults(let source, let failure):
      let reason =
        failure.map { "every picture failed, the first with: \($0)" } ?? "no picture has a result yet"
      return "\(source): there is nothing to report: \(reason). Run the evaluation first."
    case .noExplainers(let source):
      return "\(source): there is nothing to report: the evaluation has no explainers."
    case .inconsistent(let source, let picture, let reason):
      return "\(source): the result of '\(picture)' can't be used: \(reason). Evaluate it again."
    case .unknownBaseline(let name, let known, let nearest):
      let suggestion = nearest.first.map { "; did you mean '\($0)'?" } ?? ""
      return "the explainer '\(name)' is none of the results\(suggestion); known are "
        + known.joined(separator: ", ")
    }
  }
}
