public import XAIImage
public import XAITensor

/// A number that says how far to trust a map, for one image and target.
///
/// A metric says which inputs the model must see; a runner shows them to the model in batches, shared with those of
/// other metrics, and hands the probabilities back.
public protocol Metric: Sendable {
  /// Its options: the protocol that the number depends on.
  associatedtype Options: PluginOptions

  /// What the metric is.
  static var descriptor: MetricDescriptor { get }

  /// The options that this value works with.
  var options: Options { get }

  /// Makes a metric; throws when options contradict one another.
  init(options: Options) throws

  /// The inputs that the model must see to judge a map.
  func frames(for subject: MetricSubject) throws -> FramePlan

  /// The value for one map.
  ///
  /// - Parameters:
  ///   - probabilities: softmax probability of the target on each frame of the plan, in order.
  ///   - subject: what is judged.
  /// - Returns: a value of this image in the descriptor's unit and range; a table's value is the mean over images.
  func value(of probabilities: [Float], for subject: MetricSubject) throws -> Double
}

/// A map, with the image and the class that it is about.
public struct MetricSubject: Sendable {
  /// The picture that the model saw, after resize and crop, before mean and deviation: [3, H, W] in [0, 1].
  public let pixels: Tensor
  /// How the pixels become the model's input.
  public let preprocessing: Preprocessing
  /// The map, upsampled to H × W and scaled to [0, 1], row by row.
  public let map: [Float]
  /// The class that is asked about.
  public let classIndex: Int
  /// Softmax probability of that class on the whole image.
  public let probability: Float

  /// Holds what a metric judges.
  public init(pixels: Tensor, preprocessing: Preprocessing, map: [Float], classIndex: Int, probability: Float)
  {
    precondition(
      pixels.shape.rank == 3 && pixels.shape[0] == 3,
      "the pixels of one picture are 3×height×width, not \(pixels.shape)")
    precondition(map.count == pixels.shape[1] * pixels.shape[2], "one map value a pixel")
    self.pixels = pixels
    self.preprocessing = preprocessing
    self.map = map
    self.classIndex = classIndex
    self.probability = probability
  }
}

/// Inputs that are made when the model is ready for them, so that only a batch of them is in memory.
public struct FramePlan: Sendable {
  /// How many inputs.
  public let count: Int
  /// Writes input `index`, 3 × H × W preprocessed values, all of them, to uninitialised memory.
  public let write: @Sendable (_ index: Int, _ destination: UnsafeMutablePointer<Float>) -> Void

  /// Makes a plan.
  public init(
    count: Int, write: @escaping @Sendable (_ index: Int, _ destination: UnsafeMutablePointer<Float>) -> Void
  ) {
    self.count = count
    self.write = write
  }
}

/// What a metric is, for lists, help and reports.
public struct MetricDescriptor: Hashable, Sendable, Codable {
  /// Which values are better.
  public enum Direction: String, Hashable, Sendable, Codable {
    /// Higher values are better.
    case higher
    /// Lower values are better.
    case lower
  }

  /// What users write, kebab-case.
  public let id: String
  /// What people call it.
  public let title: String
  /// One sentence that says what it measures.
  public let summary: String
  /// Which values are better.
  public let direction: Direction
  /// What the number counts, such as `%`.
  public let unit: String
  /// The lowest value that it can take.
  public let lowest: Double
  /// The highest value that it can take.
  public let highest: Double
  /// Where it was published.
  public let citation: Citation

  /// Describes a metric; the ends of its range are finite.
  public init(
    id: String, title: String, summary: String, direction: Direction, unit: String,
    range: ClosedRange<Double>,
    citation: Citation
  ) {
    self.id = id
    self.title = title
    self.summary = summary
    self.direction = direction
    self.unit = unit
    self.lowest = range.lowerBound
    self.highest = range.upperBound
    self.citation = citation
  }
}

extension Metric {
  /// What the metric is.
  public var descriptor: MetricDescriptor { Self.descriptor }

  /// Judges one map: shows the frames to the model in batches.
  ///
  /// - Parameters:
  ///   - subject: what is judged.
  ///   - model: the model that the map explains.
  ///   - batchSize: how many frames the model sees at once, at least 1.
  public func evaluate(_ subject: MetricSubject, using model: any Model, batchSize: Int = 8) throws -> Double
  {
    precondition(batchSize > 0, "the model sees at least one frame at once, not \(batchSize)")
    let plan = try frames(for: subject)
    let frameShape = subject.pixels.shape
    var probabilities: [Float] = []
    for start in stride(from: 0, to: plan.count, by: batchSize) {
      let indices = start..<min(start + batchSize, plan.count)
      let input = Tensor(Shape([indices.count] + frameShape.extents)) { elements in
        for index in indices { plan.write(index, elements + (index - start) * frameShape.count) }
      }
      let logits = try model.logits(input)
      for row in 0..<indices.count {
        probabilities.append(softmax(logits[row].elements)[subject.classIndex])
      }
    }
    return try value(of: probabilities, for: subject)
  }
}

/// Softmax probabilities of one row of logits.
public func softmax(_ logits: [Float]) -> [Float] {
  guard let highest = logits.max() else { return [] }
  let exponentials = logits.map { Float(exponential(Double($0 - highest))) }
  let sum = exponentials.reduce(0, +)
  return exponentials.map { $0 / sum }
}
