import XAIFoundation
import XAIImage

/// Curves over a common horizontal axis in one panel or in several under one another, such as loss above accuracy.
public struct LineChart: Hashable, Sendable {
  /// A place of a curve.
  public struct Point: Hashable, Sendable {
    /// Where along the horizontal axis.
    public var x: Double
    /// How high; nil, like a number that is not finite, leaves a gap.
    public var y: Double?
    /// How far the band around the curve reaches; none where nil.
    public var interval: ClosedRange<Double>?

    /// Makes a point.
    public init(_ x: Double, _ y: Double?, interval: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      self.interval = interval
    }
  }

  /// A named curve.
  public struct Series: Hashable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Its points in the order in which they are joined.
    public var points: [Point]
    /// Whether each point has a dot; one without neighbours always has.
    public var hasMarkers: Bool
    /// Which look it has, where that isn't its place among the curves of its panel.
    package var number: Int?

    /// Makes a curve.
    public init(_ name: String, _ points: [Point], hasMarkers: Bool = false) {
      self.name = name
      self.points = points
      self.hasMarkers = hasMarkers
    }
  }

  /// Curves with a vertical axis of their own.
  public struct Panel: Hashable, Sendable {
    /// What the vertical axis shows, such as "loss".
    public var name: String
    /// The curves; the n-th has the same colour in every panel.
    public var series: [Series]
    /// The ends of the vertical axis; where nil, round numbers around the points.
    public var range: ClosedRange<Double>?

    /// Makes a panel.
    public init(_ name: String, _ series: [Series], range: ClosedRange<Double>? = nil) {
      self.name = name
      self.series = series
      self.range = range
    }
  }

  /// How curves are told apart.
  public enum Key: Hashable, Sendable {
    /// By a legend above the panels.
    case legend
    /// By their numbers, from 1, at the right ends of the curves.
    case numbers
  }

  /// The text above the figure; none where empty.
  public var title: String
  /// What the horizontal axis shows, such as "epoch"; none where empty.
  public var horizontalName: String
  /// The panels from top to bottom.
  public var panels: [Panel]
  /// The ends of the horizontal axis; those of the points where nil.
  public var horizontalRange: ClosedRange<Double>?
  /// How curves are told apart.
  public var key = Key.legend
  /// The width of the figure in points.
  public var width = 460.0
  /// The height of each panel's plot in points.
  public var panelHeight = 135.0
  /// The size of the text in points.
  public var textSize = 8.0

  /// Makes a chart.
  public init(
    title: String = "", horizontalName: String = "", panels: [Panel],
    horizontalRange: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.horizontalName = horizontalName
    self.panels = panels
    self.horizontalRange = horizontalRange
  }

  /// Draws the chart.
  ///
  /// What has no point is drawn as an empty panel. Traps on sizes that aren't positive.
  public func drawing() -> Drawing {
    require(width > 0 && panelHeight > 0 && textSize > 0, "a chart and its text have a positive size")
    return LineChartLayout(self).drawing()
  }
}

extension LineChart.Point {
  /// Both coordinates, where they can be drawn.
  ///
  /// The bound keeps the width of an axis finite.
  var place: (x: Double, y: Double)? {
    guard let y, x.magnitude < 1e300, y.magnitude < 1e300 else { return nil }
    return (x, y)
  }

  /// The heights that the axis has to reach.
  fileprivate var heights: [Double] {
    guard let place else { return [] }
    let ends = interval.map { [$0.lowerBound, $0.upperBound] } ?? []
    return [place.y] + ends.filter { $0.magnitude < 1e300 }
  }
}

extension LineChart.Series {
  /// The points that are joined by lines: parted where one is missing.
  var runs: [[LineChart.Point]] {
    points.split { $0.place == nil }.map(Array.init)
  }
}

extension LineChart {
  func horizontalTicks(count: Int) -> AxisTicks {
    let values = panels.flatMap { $0.series.flatMap { $0.points.compactMap { $0.place?.x } } }
    return AxisTicks(
      spanning: horizontalRange ?? (values.min() ?? 0)...(values.max() ?? 1), count: count, isExtended: false)
  }
}

extension LineChart.Panel {
  /// Round numbers around the points; from 0 where at most half of the axis stays empty by that.
  func ticks(count: Int) -> AxisTicks {
    if let range { return AxisTicks(spanning: range, count: count, isExtended: false) }
    let values = series.flatMap { $0.points.flatMap(\.heights) }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    return AxisTicks(
      spanning: (low > 0 && low <= high / 2 ? 0 : low)...high, count: count, isExtended: true)
  }
}
