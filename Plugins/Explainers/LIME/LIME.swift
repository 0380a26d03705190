public import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// LIME: a linear model of the class's score in which segments are shown, near the whole image.
///
/// β minimises Σ_z π(z)·(f_c(x_z) − β₀ − β·z)² + λ‖β‖² with π(z) = √exp(−d² / width²) and d the cosine distance between z and
/// the whole image; a patch has the mean of its pixels' coefficients. Source: Ribeiro, Singh & Guestrin 2016
/// (arXiv 1602.04938), Eq. 2 and Algorithm 1, with kernel and solver of the authors' program.
public struct LIME: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "lime", title: "LIME",
    summary: "Fits a linear model of the class's probability to images with some segments hidden",
    family: .perturbation, needs: [], isClassSpecific: true, scores: .signed, forwardPasses: "1 + samples",
    backwardPasses: "0",
    citation: Citation(
      authors: "Ribeiro, Singh & Guestrin",
      title: "\"Why Should I Trust You?\": Explaining the Predictions of Any Classifier", venue: "KDD",
      year: 2016, identifier: "arXiv:1602.04938"))

  public let options: LIMEOptions

  /// Makes an explainer; throws for a fill where nothing stands in the place of a patch.
  public init(options: LIMEOptions) throws(OptionError) {
    try options.segments.check(fill: options.fill, standard: LIMEOptions().fill)
    self.options = options
  }

  /// Makes an explainer with the defaults.
  public init() {
    options = LIMEOptions()
  }

  /// A model that can leave patches out, where that is how they are hidden.
  public var needs: Capabilities { options.segments.needs }

  /// The image with some of its segments.
  public func perturbation(of image: Int, in trace: ForwardTrace, using model: any Model) -> Perturbation {
    let (original, preprocessing) = (trace.input[image], model.descriptor.preprocessing)
    let segments = Segments(
      of: original, cells: PatchCells(of: trace), preprocessing: preprocessing, into: options.segments,
      superpixels: options.superpixels)
    let samples = samples(of: segments.count)
    let hidden = hidden(original, segments, preprocessing)
    return Perturbation(segments.frames(of: original, hiddenAs: hidden, samples)) { scores in
      var equations = NormalEquations(unknowns: segments.count + 1, sides: scores.whole.count)
      for sample in scores.order {
        equations.add(
          [1] + (0..<segments.count).map { samples[sample][$0] ? 1 : 0 },
          values: scores.values[sample], weight: weight(of: samples[sample]))
      }
      // The intercept is free. A ridge above 0 determines the rest.
      let ridge = [0] + [Double](repeating: options.ridge, count: segments.count)
      guard let solution = equations.solution(ridge: ridge) else {
        throw OptionError.outOfRange(
          option: "width", value: options.width.optionText,
          allowed: "wider: no sample is near enough to the image to count")
      }
      return solution.map { segments.patchScores(Array($0.dropFirst())) }
    }
  }

  private func hidden(_ original: Tensor, _ segments: Segments, _ preprocessing: Preprocessing) -> Tensor? {
    if options.segments == .tokens { return nil }
    return options.fill.substitute()?.input(hiding: original, preprocessing: preprocessing)
      ?? segments.averaged(original)
  }

  /// The whole image, then segments that are shown with probability ½ each.
  func samples(of count: Int) -> [Coalition] {
    [Coalition(count: count, showing: true)]
      + (1..<options.samples).map { number in
        var random = SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), UInt64(number))
        var sample = Coalition(count: count)
        for index in 0..<count { sample[index] = random.next() >> 63 == 1 }
        return sample
      }
  }

  /// π(z): the cosine of z and a vector of ones is √(shown / count).
  func weight(of sample: Coalition) -> Double {
    let distance = 1 - (Double(sample.shownCount) / Double(sample.count)).squareRoot()
    return exponential(-distance * distance / (options.width * options.width)).squareRoot()
  }
}

/// The options of LIME.
public struct LIMEOptions: PerturbationExplainerOptions, ChosenScoreOptions, SeededOptions {
  /// What the image is divided into.
  public var segments = Segmentation.slic
  /// About how many superpixels.
  public var superpixels = 50
  /// How many images with some of the segments, the whole one among them.
  public var samples = 1000
  /// How hidden segments look.
  public var fill = Hiding.segmentMean
  /// The width of the kernel on cosine distances.
  public var width = 0.25
  /// How strongly coefficients are held to 0.
  public var ridge = 1.0
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// The seed of the samples.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "segments", \.segments, "what the image is divided into; tokens are patches that are left out"),
    OptionSpec(
      "superpixels", \.superpixels, "about how many superpixels, with segments=slic",
      allowed: "a whole number from 1 to 10000", where: { (1...10_000).contains($0) }),
    OptionSpec(
      "samples", \.samples, "how many images with some of the segments",
      allowed: "a whole number from 2 to 1000000", where: { (2...1_000_000).contains($0) }),
    OptionSpec(
      "fill", \.fill, "what stands in the place of a segment", oneOf: [.segmentMean] + Hiding.fills),
    OptionSpec(
      "width", \.width, "the width of the kernel on cosine distances", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "ridge", \.ridge, "how strongly coefficients are held to 0", allowed: "a number above 0",
      where: { $0 > 0 }),
    scoreOption,
    seedOption(for: "samples"),
    batchOption,
  ]
}
