/// What a metric is, for lists, help and reports.
public struct MetricDescriptor: Hashable, Sendable, Codable {
  /// Which values are better.
  public enum Direction: String, Hashable, Sendable, Codable {
    /// Higher values are better.
    case higher
    /// Lower values are better.
    case lower
    /// Neither: the value describes a map and does not judge it.
    case neither
  }

  /// What users write, kebab-case.
  public let id: String
  /// What people call it.
  public let title: String
  /// One sentence that says what it measures.
  public let summary: String
  /// Which values are better.
  public let direction: Direction
  /// What the number counts, such as `%`; empty for a plain number.
  public let unit: String
  /// The lowest value that it can take.
  public let lowest: Double
  /// The highest value that it can take.
  public let highest: Double
  /// What the points of its curves lie along and say, where its values have curves.
  public let curveAxes: CurveAxes?
  /// Where it was published.
  public let citation: Citation

  /// What the axes of a metric's curves say, units included.
  public struct CurveAxes: Hashable, Sendable, Codable {
    /// What x says.
    public let x: String
    /// What y says.
    public let y: String

    /// Names the axes.
    public init(x: String, y: String) {
      self.x = x
      self.y = y
    }
  }

  /// Describes a metric; the ends of its range are finite.
  public init(
    id: String, title: String, summary: String, direction: Direction, unit: String,
    range: ClosedRange<Double>, curveAxes: CurveAxes? = nil, citation: Citation
  ) {
    self.id = id
    self.title = title
    self.summary = summary
    self.direction = direction
    self.unit = unit
    self.lowest = range.lowerBound
    self.highest = range.upperBound
    self.curveAxes = curveAxes
    self.citation = citation
  }
}

/// What a metric needs of data and model, so that what can't be is refused before the first pass.
///
/// What it asks for stands in its plan. Two needs say beforehand what that will be: maps of another class come out of the
/// passes of the map itself, where the runner knows of them in time; and a seed is part of what the numbers depend on.
public struct MetricNeeds: OptionSet, Hashable, Sendable {
  /// One bit a need.
  public let rawValue: Int

  /// Makes a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Boxes or masks of the objects in the image.
  public static let objects = MetricNeeds(rawValue: 1 << 0)
  /// A model with a second class: it asks for the map of ``MetricSubject/runnerUp``.
  public static let runnerUp = MetricNeeds(rawValue: 1 << 1)
  /// A model whose weights can be replaced: it asks for maps of ``ExplainedModel/randomised(stage:)``.
  public static let randomisedModels = MetricNeeds(rawValue: 1 << 2)
  /// A model that can be shown some patches of an image and not the others.
  public static let patchRemoval = MetricNeeds(rawValue: 1 << 3)
  /// Outputs that are probabilities.
  public static let probabilities = MetricNeeds(rawValue: 1 << 4)
  /// A seed of the experiment's own: it draws numbers with ``MetricSubject/seed``.
  public static let seed = MetricNeeds(rawValue: 1 << 5)
  /// A model that can be seen without some of its heads.
  public static let headRemoval = MetricNeeds(rawValue: 1 << 6)
}

/// What a metric takes for how much a patch has, as scores may be negative or far from zero.
public enum ScoreScale: String, OptionValue, CaseIterable {
  /// The score without its sign: evidence against the class counts like evidence for it.
  case absolute
  /// The score where it is above 0, and nothing where it is below: what speaks for the class.
  case positive
  /// The score scaled to 0…1 by minimum and maximum: what is drawn.
  case scaled

  /// What each patch has, none of it negative.
  public func amounts(of scores: [Float]) -> [Double] {
    switch self {
    case .absolute: scores.map { abs(Double($0)) }
    case .positive: scores.map { max(Double($0), 0) }
    case .scaled: minMaxNormalised(scores).map(Double.init)
    }
  }
}
