import XAIImage
import XAITensor

/// Which values of an image a map multiplies.
public enum MaskingSpace: String, OptionValue, CaseIterable {
  /// Those in [0, 1], before mean and standard deviation: what the map leaves out is black, whatever the model's normalisation.
  case pixels
  /// Those after mean and standard deviation: what the map leaves out has the mean colour that the model was trained with.
  case normalised
}

/// The options of a metric that shows the model an image times its map.
public struct MaskingOptions: NegativeScoresOptions {
  /// Which values the map multiplies.
  public var space = MaskingSpace.pixels
  /// What becomes of scores below 0.
  public var negative = NegativeScores.clip

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("space", \.space, "which values of the image the map multiplies"), negativeOption,
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
  /// One frame: the image with each pixel multiplied by its map value.
  public static func masked(
    _ subject: MetricSubject, in space: MaskingSpace = .pixels, negative: NegativeScores = .clip
  ) -> FramePlan {
    // Scores that aren't signed are masked in the same way whatever becomes of negative ones.
    let sign = subject.scoreMeaning.isSigned && negative != .shift ? negative.rawValue : nil
    let names = ["masked", space == .pixels ? nil : space.rawValue, sign].compactMap { $0 }
    let identity = Frame.Identity.ofMap(names.joined(separator: "-"))
    return FramePlan(count: 1) { _ in
      switch space {
      case .pixels:
        return Frame(
          .made { subject.preprocessing.normalised(subject.pixels.multiplied(by: subject.map(negative))) },
          identity: identity)
      case .normalised:
        return Frame(
          .made { subject.image.input.multiplied(by: subject.map(negative)) }, identity: identity)
      }
    }
  }
}

extension Tensor {
  /// The product of each channel and a map.
  fileprivate func multiplied(by map: [Float]) -> Tensor {
    Tensor.map([self, Tensor([map.count], map)], to: shape, .operand(0) * .operand(1))
  }
}
