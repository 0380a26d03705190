/// What a request can't ask for.
public enum MetricError: Error, Hashable, CustomStringConvertible {
  /// A map of an image of which patches are left out.
  case mapOfPatches(metric: String)
  /// A map, where it is not known which explainer made the one that is judged.
  case noExplainer(metric: String)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .mapOfPatches(let metric):
      "\(metric) asks for a map of some patches; a map needs all of them: hide pixels by a fill instead"
    case .noExplainer(let metric):
      "\(metric) asks for further maps: say which explainer made the one that is judged"
    }
  }
}
