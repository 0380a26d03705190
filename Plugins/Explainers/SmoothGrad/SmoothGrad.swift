public import XAICore
import XAIFoundation
import XAITensor

/// The options of SmoothGrad.
public struct SmoothGradOptions: ContrastiveOptions, PixelMapOptions, SeededOptions {
  /// Noisy copies of the image.
  public var samples = 50
  /// Standard deviation of the noise as a share of the input's range.
  public var noise = 0.15
  /// Whether the mean gradient is multiplied with the image.
  public var timesInput = false
  /// How values of pixels become one score per patch or pixel.
  public var reduce = PatchReduction.abs
  /// The seed of the noise.
  public var seed = 0
  /// What a score belongs to.
  public var at = MapResolution.patches
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "samples", \.samples, "noisy copies of the image", allowed: "a whole number from 1 to 10000",
      where: { (1...10_000).contains($0) }),
    OptionSpec(
      "noise", \.noise, "standard deviation of the noise as a share of the input's range",
      allowed: "a number from 0", where: { $0 >= 0 }),
    OptionSpec("times-input", \.timesInput, "whether the mean gradient is multiplied with the image"),
    OptionSpec("reduce", \.reduce, "how values of pixels become one score per patch or pixel"),
    atOption,
    seedOption(for: "noise"),
    contrastOption,
  ]
}

/// SmoothGrad: the mean gradient of noisy copies of the image.
///
/// g = 1/n · Σ_s ∂y/∂x at x + σ·ε_s, ε_s standard normal, σ = noise·(max x − min x); scores are Σ|g| over patches.
/// Source: Smilkov et al. 2017 (arXiv 1706.03825).
public struct SmoothGrad: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "smooth-grad", title: "SmoothGrad",
    summary: "Averages the input's gradient over noisy copies of the image",
    family: .gradient, needs: [.inputGradients], isClassSpecific: true, scores: .magnitude,
    forwardPasses: "samples + 1",
    backwardPasses: "samples",
    citation: Citation(
      authors: "Smilkov et al.", title: "SmoothGrad: Removing Noise by Adding Noise",
      venue: "ICML Workshop on Visualization for Deep Learning", year: 2017, identifier: "arXiv:1706.03825"))

  public let options: SmoothGradOptions

  public init(options: SmoothGradOptions = SmoothGradOptions()) {
    self.options = options
  }

  /// That of the sum or of the absolute values.
  public var scoreMeaning: ScoreMeaning { options.reduce.scoreMeaning }

  /// Needs the image and its logits; the passes over noisy copies are its own.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Explains every target; all targets share the forward passes.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    let passes = SampledPasses(trace, cotangent: cotangent, using: model, for: self)
    let weights = [Float](repeating: 1 / Float(options.samples), count: options.samples)
    let deviations = (0..<trace.batchCount).map { image in
      trace.input[image].withElements { Float(options.noise) * (($0.max() ?? 0) - ($0.min() ?? 0)) }
    }
    let gradient = try passes.weightedInputGradient(weights) { sample, destination in
      writeNoisy(trace.input, deviations, sample: sample, to: destination)
    }
    return try targets.map { image, target, classIndex in
      let mean = gradient[targets.row(image: image, target: target)]
      let values = options.timesInput ? trace.input[image].multiplied(with: mean) : mean
      return try Attribution(
        pixels: values, reduction: options.reduce, at: options.at, of: trace, classIndex: classIndex, by: self
      )
    }
  }

  /// Writes x + σ·ε.
  ///
  /// Noise is drawn from seed and sample alone, so that a map does not depend on what else is in a batch.
  private func writeNoisy(
    _ input: Tensor, _ deviations: [Float], sample: Int, to destination: UnsafeMutablePointer<Float>
  ) {
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), UInt64(sample))
    let plane = input.count / deviations.count
    input.withElements { input in
      for index in 0..<plane {
        let noise = random.normal()
        for (image, standardDeviation) in deviations.enumerated() {
          destination[image * plane + index] = input[image * plane + index] + standardDeviation * noise
        }
      }
    }
  }
}
