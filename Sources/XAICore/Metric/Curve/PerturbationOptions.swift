/// The protocol of a metric that takes an image away, or brings it back, bit by bit in the order of a map.
///
/// Published code differs in every one of these choices; a preset is the set of choices of one program.
public struct PerturbationOptions: PluginOptions {
  /// What is taken away as one.
  public enum Unit: String, OptionValue, CaseIterable {
    /// A pixel in all channels, in the order of the upsampled map.
    case pixels
    /// A pixel in one channel, in the order of the map copied to each channel; of equal values the first channel first.
    case elements
    /// A patch, in the order of the scores: its token is not there, and nothing stands in its place.
    case tokens
  }

  /// What a point of the curve says.
  public enum Score: String, OptionValue, CaseIterable {
    /// The softmax probability of the class.
    case probability
    /// 1 where the class is the predicted one, else 0.
    case accuracy
    /// The class's logit, which has no bounds: for differences of curves alone.
    case logit
  }

  /// How the curve becomes a number, by the trapezoidal rule.
  public enum Area: String, OptionValue, CaseIterable {
    /// All steps between points that count weigh the same: (Σ y − (y_first + y_last)/2) / steps.
    case steps
    /// The same over all steps of the way, where an end that does not count takes the area beside it away.
    case wholeWay = "whole-way"
    /// A step weighs the share of the image that it changes: Σ Δx·(y + y′)/2, where x ends at 1 with the whole image.
    case shares
  }

  /// Which ends of the way count.
  public enum Points: String, OptionValue, CaseIterable {
    /// Both.
    case all
    /// Not the whole image.
    case notWhole = "not-whole"
    /// Not the one without anything.
    case notEmpty = "not-empty"
  }

  /// What is taken away as one.
  public var unit = Unit.pixels
  /// How much a step changes.
  public var step = PerturbationStep.rows(8)
  /// What stands in the place of pixels that are not there.
  public var substrate = Hiding.rise
  /// What a point of the curve says.
  public var score = Score.probability
  /// How the curve becomes a number.
  public var area = Area.steps
  /// Which ends of the way count.
  public var points = Points.all
  /// How far the value of 95 % of maps may be off, in points, for fewer steps to be shown; nil shows them all.
  public var adaptive: Double?

  /// Makes the defaults: RISE in steps of eight rows.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("unit", \.unit, "what is taken away as one"),
    OptionSpec("step", \.step, "how much a step changes"),
    OptionSpec(
      "substrate", \.substrate, "what stands in the place of pixels that are not there",
      oneOf: [.rise] + Hiding.fills),
    OptionSpec("score", \.score, "what a point of the curve says", oneOf: [.probability, .accuracy]),
    OptionSpec("area", \.area, "how steps weigh: the same, or by the share that they change"),
    OptionSpec("points", \.points, "which ends of the way count"),
    OptionSpec(
      "adaptive", \.adaptive,
      "shows fewer steps, more where the curve bends: how far 95 % of values may be off",
      former: .some(nil), allowed: "points of a hundred, from 0 | none"
    ) { $0.map { $0 >= 0 } ?? true },
  ]

  /// Throws where options contradict one another, and for logits, of which no single curve is made.
  public func check() throws(OptionError) {
    if score == .logit {
      throw .outOfRange(option: "score", value: "logit", allowed: "probability | accuracy")
    }
    try checkRemoval()
  }

  /// What a model has to have and to be able to do.
  package var needs: MetricNeeds {
    let needs: MetricNeeds = score == .logit ? [] : .probabilities
    return unit == .tokens ? [needs, .patchRemoval] : needs
  }

  /// Throws where options of what is taken away contradict one another.
  package func checkRemoval() throws(OptionError) {
    if step.count < 1 {
      throw .outOfRange(
        option: "step", value: step.optionText, allowed: PerturbationStep.allowedOptionText)
    }
    if let adaptive, !(adaptive >= 0) {
      throw .outOfRange(option: "adaptive", value: adaptive.optionText, allowed: "points, from 0")
    }
    if substrate == .tokens || substrate == .segmentMean {
      throw .outOfRange(
        option: "substrate", value: substrate.optionText,
        allowed: ([.rise] + Hiding.fills).map(\.optionText).joined(separator: " | "))
    }
    if unit == .tokens, substrate != .rise {
      throw .outOfRange(
        option: "substrate", value: substrate.optionText,
        allowed: "leave it out with unit=tokens, where nothing stands in the place of a patch")
    }
  }
}

extension PerturbationOptions {
  /// Published protocols, under the names of the programs that have them.
  public static let presets: [Preset<Self>] = [
    .riseFast, .rise, .riseAdaptive, .black, .blur, .mean, .tokens, .torchCam, .xplique, .quantus, .chefer,
  ]
}

extension Preset where Options == PerturbationOptions {
  /// RISE with 8 rows of pixels per step.
  public static var riseFast: Self {
    Preset("rise-fast", "RISE with 8 rows of pixels per step") { $0 = PerturbationOptions() }
  }

  /// RISE with a row of pixels per step.
  public static var rise: Self {
    Preset("rise", "RISE with a row of pixels per step") { $0.step = .rows(1) }
  }

  /// Rise where the curve bends, within 0.2 points of it for 95 % of maps.
  public static var riseAdaptive: Self {
    Preset("rise-adaptive", "rise where the curve bends, within 0.2 points of it for 95 % of maps") {
      options in
      options.step = .rows(1)
      options.adaptive = 0.2
    }
  }

  /// Rise-fast with black pixels.
  public static var black: Self {
    Preset("black", "rise-fast with black pixels") { $0.substrate = .fill(.black) }
  }

  /// Rise-fast with blurred pixels.
  public static var blur: Self {
    Preset("blur", "rise-fast with blurred pixels") { $0.substrate = .fill(.blur) }
  }

  /// Rise-fast with the mean colour of ImageNet.
  public static var mean: Self {
    Preset("mean", "rise-fast with the mean colour of ImageNet") { $0.substrate = .fill(.mean) }
  }

  /// Drops the tokens of patches in at most 28 steps.
  public static var tokens: Self {
    Preset("tokens", "drops the tokens of patches in at most 28 steps") { options in
      options.unit = .tokens
      options.step = .even(28)
      // A model that averages patches has no answer to none.
      options.points = .notEmpty
    }
  }

  /// DeletionInsertionMetric of torch-cam.
  public static var torchCam: Self {
    Preset("torch-cam", "DeletionInsertionMetric of torch-cam") { options in
      options.step = .chunks(20)
      options.substrate = .fill(.zero)
      options.area = .shares
    }
  }

  /// Deletion and Insertion of Xplique.
  public static var xplique: Self {
    Preset("xplique", "Deletion and Insertion of Xplique") { options in
      options.step = .even(10)
      options.substrate = .fill(.zero)
    }
  }

  /// PixelFlipping of Quantus with the image's width of elements per step.
  public static var quantus: Self {
    Preset("quantus", "PixelFlipping of Quantus with the image's width of elements per step") { options in
      options.unit = .elements
      options.step = .rows(1)
      options.substrate = .fill(.lowest)
      options.points = .notWhole
    }
  }

  /// The perturbation test of Chefer et al., 0 to 90 % in steps of 10.
  public static var chefer: Self {
    Preset("chefer", "the perturbation test of Chefer et al., 0 to 90 % in steps of 10") { options in
      options.step = .even(10)
      options.substrate = .fill(.black)
      options.score = .accuracy
      options.area = .wholeWay
      options.points = .notEmpty
    }
  }
}
