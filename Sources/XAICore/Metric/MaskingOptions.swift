import XAIImage
import XAITensor

/// Which values of an image a map multiplies.
public enum MaskingSpace: String, OptionValue, CaseIterable {
  /// Those in [0, 1], before mean and standard deviation: what the map leaves out is black, whatever the model's normalisation.
  case pixels
  /// Those after mean and standard deviation: what the map leaves out has the mean colour that the model was trained with.
  case normalised
}

/// What the probability that a mask loses is compared with.
public enum ProbabilityDrop: String, OptionValue, CaseIterable {
  /// The probability on the whole image.
  case relative
  /// Nothing: points of probability count.
  case absolute

  /// max(0, y − o)/y × 100, or without the division; 0 where y is 0.
  package func lost(whole: Double, masked: Double) -> Double {
    let lost = max(0, whole - masked)
    guard self == .relative else { return lost * 100 }
    return whole > 0 ? lost / whole * 100 : 0
  }
}

/// The options of a metric that shows the model an image times its map.
public struct MaskingOptions: NegativeScoresOptions {
  /// Which values the map multiplies.
  public var space = MaskingSpace.pixels
  /// What becomes of scores below 0.
  public var negative = NegativeScores.clip
  /// The mean of every map's mask, which is then made of the order of its pixels alone; nil leaves masks as maps are.
  public var coverage: Double?

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("space", \.space, "which values of the image the map multiplies"), negativeOption,
    OptionSpec(
      "coverage", \.coverage, "the mean of every map's mask, made of the order of its pixels alone",
      former: .some(nil), allowed: "a number above 0, below 1 | none"
    ) { $0.map { $0 > 0 && $0 < 1 } ?? true },
  ]

  /// What programs do, under their names.
  public static let presets: [Preset<Self>] = [
    .default, .torchCam, .xplique, .pytorchGradCam,
  ]
}

extension Preset where Options == MaskingOptions {
  /// The image in [0, 1] times the map.
  public static var `default`: Self {
    Preset("default", "the image in [0, 1] times the map") { $0 = MaskingOptions() }
  }

  /// ClassificationMetric of torch-cam.
  public static var torchCam: Self {
    Preset("torch-cam", "ClassificationMetric of torch-cam") { $0.space = .normalised }
  }

  /// The Average metrics of Xplique: torch-cam's, of scores without their signs.
  public static var xplique: Self {
    Preset("xplique", "the Average metrics of Xplique: torch-cam's, of scores without their signs") {
      $0.space = .normalised
      $0.negative = .abs
    }
  }

  /// The confidence metrics of pytorch-grad-cam, equal to torch-cam.
  public static var pytorchGradCam: Self {
    Preset("pytorch-grad-cam", "the confidence metrics of pytorch-grad-cam, equal to torch-cam") {
      $0.space = .normalised
    }
  }
}

extension FramePlan {
  /// One frame: the image as options mask it.
  package static func masked(_ subject: MetricSubject, _ options: MaskingOptions) -> FramePlan {
    guard let coverage = options.coverage else {
      return .masked(subject, in: options.space, negative: options.negative)
    }
    return .masked(subject, in: options.space, coverage: coverage)
  }

  /// One frame: the image with each pixel multiplied by its map value.
  public static func masked(
    _ subject: MetricSubject, in space: MaskingSpace = .pixels, negative: NegativeScores = .clip
  ) -> FramePlan {
    // Scores that aren't signed are masked in the same way whatever becomes of negative ones.
    let sign = subject.scoreMeaning.isSigned && negative != .shift ? negative.rawValue : nil
    let names = ["masked", space == .pixels ? nil : space.rawValue, sign].compactMap { $0 }
    let identity = Frame.Identity.ofMap(names.joined(separator: "-"))
    return FramePlan(count: 1) { _ in
      Frame(.made { subject.masked(by: subject.map(negative), in: space) }, identity: identity)
    }
  }
}

extension MetricSubject {
  /// The model's input of the image with each pixel multiplied by its value in a mask.
  func masked(by mask: [Float], in space: MaskingSpace) -> Tensor {
    switch space {
    case .pixels: preprocessing.normalised(pixels.multiplied(by: mask))
    case .normalised: image.input.multiplied(by: mask)
    }
  }
}

extension Tensor {
  /// The product of each channel and a map.
  fileprivate func multiplied(by map: [Float]) -> Tensor {
    Tensor.map([self, Tensor([map.count], map)], to: shape, .operand(0) * .operand(1))
  }
}
