/// A number that says how far to trust a map, for one image and target.
///
/// A metric says which inputs the model must see; a runner shows them to the model in batches, shared with those of
/// other metrics, and hands the answers back.
public protocol Metric: Plugin {
  /// Its options: the protocol that the number depends on.
  associatedtype Options: PluginOptions

  /// What the metric is.
  static var descriptor: MetricDescriptor { get }

  /// The options that this value works with.
  var options: Options { get }

  /// Makes a metric; throws when options contradict one another.
  init(options: Options) throws

  /// What the metric needs beside the picture and the map; nothing by default.
  var needs: MetricNeeds { get }

  /// The inputs that the model must see to judge a map, or may have to; none by default.
  func frames(for subject: MetricSubject) throws -> FramePlan

  /// The value for one map.
  ///
  /// - Parameters:
  ///   - answers: the model's answers to the frames that the plan asked for, in the order in which it did.
  ///   - subject: what is judged.
  /// - Returns: a value of this image in the descriptor's unit and range, a table's value being the mean over images;
  ///   nil where the subject does not have what the metric is about, such as an object of the class.
  func measure(_ answers: [FrameAnswer], for subject: MetricSubject) throws -> MetricValue?
}

/// What the model said to a frame, about the class that is asked about.
public struct FrameAnswer: Hashable, Sendable {
  /// Probability of the class, by what the model's outputs mean; NaN where they have none.
  public let probability: Float
  /// Whether the class has the highest logit.
  public let isPredicted: Bool

  /// Holds an answer.
  public init(probability: Float, isPredicted: Bool) {
    self.probability = probability
    self.isPredicted = isPredicted
  }
}

/// The value of a metric for one map.
public struct MetricValue: Hashable, Sendable {
  /// The value, in the descriptor's unit.
  public let number: Double
  /// What the value is the summary of, where it is one of a curve.
  public let curve: Curve?

  /// Holds a value.
  public init(_ number: Double, curve: Curve? = nil) {
    self.number = number
    self.curve = curve
  }

  /// Points of a curve, from left to right.
  public struct Curve: Hashable, Sendable {
    /// Where the points are; the same for all maps that a metric judges at one input size.
    public let x: [Double]
    /// The values there.
    public let y: [Double]

    /// Holds points; traps when `x` and `y` are not equally many.
    public init(x: [Double], y: [Double]) {
      precondition(x.count == y.count, "one value a point")
      self.x = x
      self.y = y
    }
  }
}

extension Metric {
  /// What the metric is.
  public var descriptor: MetricDescriptor { Self.descriptor }

  /// Nothing.
  public var needs: MetricNeeds { [] }

  /// None.
  public func frames(for subject: MetricSubject) throws -> FramePlan { .none }

  /// The metric as users write it, shortest: `deletion:preset=rise`.
  public var specification: String {
    options.shortestText.isEmpty ? descriptor.id : "\(descriptor.id):\(options.shortestText)"
  }
}
