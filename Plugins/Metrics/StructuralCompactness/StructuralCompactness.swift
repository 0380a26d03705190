public import XAICore
import XAIFoundation

/// The options of structural compactness.
public struct StructuralCompactnessOptions: PluginOptions {
  /// Patches whose score is at least this percentile count.
  public var threshold = 80.0

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "threshold", \.threshold, "the percentile of the scores without their signs from which patches count",
      allowed: "a number from 0 to less than 100", where: { (0..<100).contains($0) })
  ]
}

/// MST-C, structural compactness: whether the highest patches lie close together, and without gaps.
///
/// Of the n patches whose score without its sign is at least the 80th percentile, 100·D·(1/√A)·(n/L): A is the area of the convex hull of
/// their centres, L the length of their minimum spanning tree, and D the diagonal of the grid, all in patches. Where the centres are on a
/// line, D stands for √A; a map of zeros has 0.
/// Source: Mesgari et al. 2026 (arXiv 2603.29491), as Quantus has it.
public struct StructuralCompactness: Metric {
  public static let descriptor = MetricDescriptor(
    id: "mst-c", title: "MST-C",
    summary:
      "How compact the highest patches are: close together by their convex hull, without gaps by their spanning tree",
    direction: .higher, unit: "", range: 0...100_000,
    citation: Citation(
      authors: "Mesgari et al.",
      title: "Structural Compactness as a Complementary Criterion for Explanation Quality",
      venue: "arXiv", year: 2026, identifier: "arXiv:2603.29491"))

  public let options: StructuralCompactnessOptions

  public init(options: StructuralCompactnessOptions = StructuralCompactnessOptions()) {
    self.options = options
  }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image; nil where fewer than two patches count, between which there is no length.
  private func value(of subject: MetricSubject) -> MetricValue? {
    let amounts = subject.scores.map { Double($0.magnitude) }
    guard amounts.contains(where: { $0 > 0 }) else { return MetricValue(0) }
    let cutoff = quantile(options.threshold / 100, of: amounts.sorted())
    let points = amounts.indices.filter { amounts[$0] >= cutoff }.map {
      GridPoint(row: $0 / subject.grid.columns, column: $0 % subject.grid.columns)
    }
    guard points.count > 1 else { return nil }
    let (rows, columns) = (Double(subject.grid.rows), Double(subject.grid.columns))
    let diagonal = (rows * rows + columns * columns).squareRoot()
    let area = GridPoint.hullArea(of: points)
    let spread = 1 / (area > 0 ? area.squareRoot() : diagonal)
    let cohesion = Double(points.count) / GridPoint.treeLength(of: points)
    return MetricValue(100 * diagonal * spread * cohesion)
  }
}

/// The centre of a patch, in patches.
struct GridPoint: Hashable {
  let row: Int
  let column: Int

  /// Twice the area of the triangle of three points, positive where they turn to the left.
  private static func turn(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint) -> Int {
    (b.column - a.column) * (c.row - a.row) - (b.row - a.row) * (c.column - a.column)
  }

  /// The area of the convex hull of points, by Andrew's monotone chain; 0 where they are on a line.
  ///
  /// - Parameter points: in the order of the grid.
  static func hullArea(of points: [GridPoint]) -> Double {
    func chain(_ points: some Sequence<GridPoint>) -> [GridPoint] {
      points.reduce(into: []) { chain, point in
        while chain.count > 1, turn(chain[chain.count - 2], chain[chain.count - 1], point) <= 0 {
          chain.removeLast()
        }
        chain.append(point)
      }
    }
    let corners = chain(points).dropLast() + chain(points.reversed()).dropLast()
    let twice = corners.indices.reduce(0) { sum, index in
      let (a, b) = (corners[index], corners[(index + 1) % corners.count])
      return sum + a.column * b.row - b.column * a.row
    }
    return abs(Double(twice)) / 2
  }

  /// The length of the minimum spanning tree of points, by Prim's algorithm.
  static func treeLength(of points: [GridPoint]) -> Double {
    // The square of each point's distance to the tree, until it is part of it.
    var distances = [Int](repeating: .max, count: points.count)
    var open = Array(points.indices.dropFirst())
    var (last, length) = (0, 0.0)
    while !open.isEmpty {
      var nearest = 0
      for (place, index) in open.enumerated() {
        let (row, column) = (points[index].row - points[last].row, points[index].column - points[last].column)
        distances[index] = min(distances[index], row * row + column * column)
        if distances[index] < distances[open[nearest]] { nearest = place }
      }
      last = open.remove(at: nearest)
      length += Double(distances[last]).squareRoot()
    }
    return length
  }
}
