/// Curves over a common horizontal axis in one panel or in several under one another, such as loss above accuracy.
public struct LineChart: Hashable, Sendable {
  /// A place of a curve.
  public struct Point: Hashable, Sendable {
    /// Where along the horizontal axis.
    public var x: Double
    /// How high; nil, like a number that is not finite, leaves a gap.
    public var y: Double?

    /// Makes a point.
    public init(_ x: Double, _ y: Double?) {
      self.x = x
      self.y = y
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

  /// The line above the figure; none where empty.
  public var title: String
  /// What the horizontal axis shows, such as "epoch"; none where empty.
  public var horizontalName: String
  /// The panels from top to bottom.
  public var panels: [Panel]
  /// The ends of the horizontal axis; those of the points where nil.
  public var horizontalRange: ClosedRange<Double>?
  /// The width of the figure in pixels.
  public var width = 960
  /// The height of each panel's plot in pixels.
  public var panelHeight = 280
  /// The size of the text: 1 has capitals of 8 pixels, 2 of 16, and so on.
  public var textScale = 2

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
  /// What has no point is drawn as an empty panel. Traps on sizes below 1.
  public func image() -> Image {
    precondition(width > 0 && panelHeight > 0 && textScale > 0, "a chart and its text have a positive size")
    return LineChartDrawing(self).image()
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
}

extension LineChart.Series {
  /// The points that are joined by lines: parted where one is missing.
  var runs: [[(x: Double, y: Double)]] {
    var runs: [[(x: Double, y: Double)]] = [[]]
    for point in points {
      if let place = point.place {
        runs[runs.count - 1].append(place)
      } else if runs.last?.isEmpty == false {
        runs.append([])
      }
    }
    return runs.filter { !$0.isEmpty }
  }
}
