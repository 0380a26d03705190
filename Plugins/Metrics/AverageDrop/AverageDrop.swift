public import XAICore

/// Average Drop: the share of the class's probability that is lost when the map masks the image.
///
/// max(0, y − o)/y × 100 with y the probability on the whole image and o on the masked one; 0 where y is 0. As an option
/// it is max(0, y − o) × 100.
/// Source: Chattopadhyay et al. 2018 (arXiv 1710.11063), Section 5.1.1.
public struct AverageDrop: Metric {
  public static let descriptor = MetricDescriptor(
    id: "average-drop", title: "Average Drop",
    summary: "How much of the class's probability is lost when only what the map shows is left",
    direction: .lower, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Chattopadhyay et al.",
      title: "Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep Convolutional Networks",
      venue: "WACV", year: 2018, identifier: "arXiv:1710.11063"))

  /// How the image is masked, and what the loss is compared with.
  public let options: AverageDropOptions

  public init(options: AverageDropOptions = AverageDropOptions()) {
    self.options = options
  }

  /// Probabilities of the class.
  public var needs: MetricNeeds { .probabilities }

  /// Asks about the masked image; the value is in percent.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(logits: .masked(subject, in: options.space, negative: options.negative)) { answers in
      let (whole, masked) = (Double(subject.probability), Double(answers.logits[0].probability))
      return .value(MetricValue(options.drop.lost(whole: whole, masked: masked)))
    }
  }
}

/// The options of Average Drop: what published code does otherwise.
public struct AverageDropOptions: NegativeScoresOptions {
  /// Which values the map multiplies.
  public var space = MaskingSpace.pixels
  /// What the lost probability is compared with.
  public var drop = ProbabilityDrop.relative
  /// What becomes of scores below 0.
  public var negative = NegativeScores.clip

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("space", \.space, "which values of the image the map multiplies"),
    OptionSpec("drop", \.drop, "whether the loss is a share of the probability or counted in points of it"),
    negativeOption,
  ]

  /// What programs do, under their names.
  public static let presets: [Preset<Self>] = [
    .default, .torchCam, .xplique, .pytorchGradCam,
  ]
}

extension Preset where Options == AverageDropOptions {
  /// The image in [0, 1] times the map, the loss as a share.
  public static var `default`: Self {
    Preset("default", "the image in [0, 1] times the map, the loss as a share") {
      $0 = AverageDropOptions()
    }
  }

  /// ClassificationMetric of torch-cam.
  public static var torchCam: Self {
    Preset("torch-cam", "ClassificationMetric of torch-cam") { $0.space = .normalised }
  }

  /// AverageDropMetric of Xplique: torch-cam's, of scores without their signs.
  public static var xplique: Self {
    Preset("xplique", "AverageDropMetric of Xplique: torch-cam's, of scores without their signs") {
      $0.space = .normalised
      $0.negative = .abs
    }
  }

  /// DropInConfidence of pytorch-grad-cam.
  public static var pytorchGradCam: Self {
    Preset("pytorch-grad-cam", "DropInConfidence of pytorch-grad-cam") { options in
      options.space = .normalised
      options.drop = .absolute
    }
  }
}
