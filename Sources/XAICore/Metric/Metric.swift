import XAIFoundation

/// A number that says how far to trust a map, for one image and target.
///
/// A metric asks for what it needs: logits of changed inputs, and further maps of the same explainer. A runner gathers the
/// questions of all metrics, puts each different one once, in batches, and hands the answers back.
public protocol Metric: Plugin, CustomStringConvertible {
  /// Its options: the protocol that the number depends on.
  associatedtype Options: PluginOptions

  /// What it is, for lists, help and reports.
  static var descriptor: MetricDescriptor { get }

  /// The options that it was made with.
  var options: Options { get }

  /// Makes a metric; throws when options contradict one another.
  init(options: Options) throws

  /// What the metric needs of data and model, which is checked before the first pass; nothing by default.
  var needs: MetricNeeds { get }

  /// What is asked to judge a map, and the value that comes of the answers.
  ///
  /// A value is one of this image, a table's value being the mean over images. The same subject and answers always give the
  /// same requests and value.
  func plan(for subject: MetricSubject) throws -> MetricPlan
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
      require(x.count == y.count, "one value a point")
      self.x = x
      self.y = y
    }
  }
}

extension Metric {
  /// The specification.
  public var description: String { specification }

  /// The descriptor of its type.
  public var descriptor: MetricDescriptor { Self.descriptor }

  /// Nothing.
  public var needs: MetricNeeds { [] }

  /// The metric as users write it, shortest: `deletion:preset=rise`.
  public var specification: String {
    options.shortestText.isEmpty ? descriptor.id : "\(descriptor.id):\(options.shortestText)"
  }
}

extension Metric {
  /// Everything that a value depends on beside model, image and map: the metric and all of its options, as text.
  public var protocolText: String {
    ([descriptor.id] + options.protocolTexts.map { "\($0.key)=\($0.value)" }).joined(separator: "\n")
  }

  /// The hash of `protocolText`, 16 hexadecimal digits: values of different hashes can't be compared.
  ///
  /// FNV-1a of 64 bits, the same on every machine and in every version that means the same by the text.
  public var protocolHash: String { FNV1a(protocolText).text }

  /// The preset that the options are; nil where they are none's, or there are none.
  public var protocolName: String? { options.presetName }
}
