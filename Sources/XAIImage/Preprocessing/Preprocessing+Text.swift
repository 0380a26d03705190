extension Preprocessing {
  /// The steps in words, in order.
  package var steps: [String] {
    let filterName = "\(filter)"
    let resizing: String? =
      switch resize {
      case .none: nil
      case .exact(let height, let width): "resize to \(height)×\(width), \(filterName)"
      case .shortestEdge(let edge): "resize the shorter side to \(edge), \(filterName)"
      case .cover(let height, let width): "resize to cover \(height)×\(width), \(filterName)"
      }
    return [
      resizing, crop.map { "crop the middle \($0.height)×\($0.width)" },
      rescaleFactor.map { abs($0 * 255 - 1) < 1e-6 ? "divide by 255" : "multiply by \($0)" },
      normalisation.map { "subtract mean \($0.mean), divide by standard deviation \($0.standardDeviation)" },
    ].compactMap { $0 }
  }

  /// The steps in words, in one line.
  package var summary: String { steps.isEmpty ? "taken as they are" : steps.joined(separator: ", ") }
}
