public import XAICore

/// The options of Intersection over Union.
public struct IntersectionOverUnionOptions: NegativeScoresOptions {
  /// Which pixels of the map count as the object.
  public enum Threshold: OptionValue {
    /// Those above the map's mean.
    case mean
    /// The highest, as many as the object has.
    case area
    /// Those above a value from 0 to less than 1.
    case value(Double)

    /// Reads `mean`, `area` or a number.
    public init?(optionText: String) {
      switch optionText {
      case "mean": self = .mean
      case "area": self = .area
      default:
        guard let value = Double(optionText: optionText), (0..<1).contains(value) else { return nil }
        self = .value(value)
      }
    }

    /// The word, or the number.
    public var optionText: String {
      switch self {
      case .mean: "mean"
      case .area: "area"
      case .value(let value): value.optionText
      }
    }

    /// The words, or a number.
    public static let allowedOptionText = "mean, area, or a number from 0 to less than 1"
  }

  /// Which pixels of the map count as the object.
  public var threshold = Threshold.mean
  /// What becomes of scores below 0.
  public var negative = NegativeScores.clip

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "threshold", \.threshold,
      "which pixels count: those above the map's mean, the highest, as many as the object has, or those above a value"
    ), negativeOption,
  ]
}

/// Intersection over Union: how far the strong part of the map is the object.
///
/// │S ∩ O│ / │S ∪ O│ × 100 with O the objects' pixels and S those that the threshold picks.
/// Source: Chefer et al. 2021 (arXiv 2012.09838), segmentation test, for the threshold at the map's mean.
public struct IntersectionOverUnion: Metric {
  public static let descriptor = MetricDescriptor(
    id: "iou", title: "Intersection over Union",
    summary: "How far the strong part of the map and the objects of the class cover each other",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Chefer et al.", title: "Transformer Interpretability Beyond Attention Visualization",
      venue: "CVPR", year: 2021, identifier: "arXiv:2012.09838"))

  public let options: IntersectionOverUnionOptions

  public init(options: IntersectionOverUnionOptions = IntersectionOverUnionOptions()) {
    self.options = options
  }

  /// The objects.
  public var needs: MetricNeeds { .objects }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image, in percent; nil where the image has no object of the class.
  private func value(of subject: MetricSubject) -> MetricValue? {
    guard let pixels = subject.targetPixels else { return nil }
    let map = subject.map(options.negative)
    let selection =
      switch options.threshold {
      case .mean:
        Selection(above: map.reduce(0) { $0 + Double($1) } / Double(map.count), map, pixels)
      case .value(let value): Selection(above: value, map, pixels)
      case .area: Selection(highest: pixels.count { $0 }, map, pixels)
      }
    let union = selection.count + Double(pixels.count { $0 }) - selection.hits
    return MetricValue(selection.hits / union * 100)
  }

  /// How many pixels of a map are picked, and how many of them are the object's.
  private struct Selection {
    var count = 0.0
    var hits = 0.0

    /// Those above a value.
    init(above threshold: Double, _ map: [Float], _ pixels: [Bool]) {
      for (index, value) in map.enumerated() where Double(value) > threshold {
        count += 1
        if pixels[index] { hits += 1 }
      }
    }

    /// The `highest` highest; of equal ones at the end, as many as are missing, of which the expected number hits.
    init(highest: Int, _ map: [Float], _ pixels: [Bool]) {
      let last = map.sorted(by: >)[highest - 1]
      self.init(above: Double(last), map, pixels)
      let ties = map.indices.filter { map[$0] == last }
      let missing = Double(highest) - count
      hits += missing * Double(ties.count { pixels[$0] }) / Double(ties.count)
      count += missing
    }
  }
}
