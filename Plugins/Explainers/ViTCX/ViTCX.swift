public import XAICore
import XAIFoundation
import XAITensor

/// ViT-CX: masks from the channels of a layer, those that are alike clustered, weighted by their causal impact.
///
/// s(M) = p_c(x ⊙ M + z ⊙ (1 − M)) − p_c(x + z ⊙ (1 − M)) + p_c(x) with noise z; the map is Σ_M s(M)·M / Σ_M M over the
/// number of masks, which corrects for how many masks cover a pixel; on patches the mean over their pixels. Source: Xie et
/// al. 2023 (arXiv 2211.03064), with the choices of the authors' program.
public struct ViTCX: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "vit-cx", title: "ViT-CX",
    summary: "Adds up masks made of a layer's patch tokens, weighted by their causal impact on the class",
    family: .perturbation, needs: [.activations], isClassSpecific: true, scores: .relative,
    forwardPasses: "1 + 2·clusters", backwardPasses: "0",
    citation: Citation(
      authors: "Xie et al.", title: "ViT-CX: Causal Explanation of Vision Transformers", venue: "IJCAI",
      year: 2023, identifier: "arXiv:2211.03064"))

  public let options: ViTCXOptions

  public init(options: ViTCXOptions = ViTCXOptions()) {
    self.options = options
  }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    try model.tokenPoint(options.point, layer: options.layer, for: self)
  }

  /// It computes with probabilities, whatever the options.
  public var needsProbabilities: Bool { true }

  /// Needs the activations of one point.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)])
  }

  /// The image under each mask, and with the mask's noise alone.
  public func perturbation(
    of image: Int, in trace: ForwardTrace, using model: any Model
  ) throws -> Perturbation {
    let point = try point(of: model.descriptor)
    let channels = ChannelMaps(
      try trace.activation(at: point)[image], patches: trace.layout.patches(ofLayer: point.layer),
      cells: PatchCells(of: trace, layer: point.layer))
    let masks = MaskClusters(channels, distance: options.distance).maps
    return Perturbation(frames(of: trace.input[image], under: masks)) { scores in
      let impacts = scores.whole.enumerated().map { target, whole in
        (0..<masks.count).map { mask in
          scores.values[2 * mask][target] - scores.values[2 * mask + 1][target] + whole
        }
      }
      return masks.coverageCorrected(impacts, on: PatchCells(of: trace))
    }
  }

  /// For each mask the image under it, and the whole image with the same noise.
  private func frames(of image: Tensor, under masks: ChannelMaps) -> FramePlan {
    FramePlan(count: 2 * masks.count) { index in
      Frame(
        .image(
          FrameImage(
            index % 2 == 0
              ? .operand(0) * .operand(1) + .operand(2) * (1 - .operand(1))
              : .operand(0) + .operand(2) * (1 - .operand(1))
          ) {
            let mask = masks.mask(index / 2)
            var random = SeededRandom(
              seed: UInt64(bitPattern: Int64(options.seed)), UInt64(index / 2))
            let standardDeviation = Float(options.noise)
            let noise = Tensor(image.shape) { noise in
              for place in 0..<image.count { noise[place] = standardDeviation * random.normal() }
            }
            return [image, Tensor([mask.count], mask), noise]
          }))
    }
  }
}

extension ChannelMaps {
  /// The maps of several lists of weights: Σ_M s(M)·M / Σ_M M over the number of masks, on the model's patches.
  fileprivate func coverageCorrected(_ weights: [[Double]], on patches: PatchCells) -> [[Float]] {
    var coverage = [Double](repeating: 0, count: cells.height * cells.width)
    var sums = weights.map { _ in coverage }
    for index in 0..<count {
      let mask = mask(index)
      for pixel in mask.indices { coverage[pixel] += Double(mask[pixel]) }
      for (list, weights) in weights.enumerated() {
        let weight = weights[index] / Double(count)
        for pixel in mask.indices { sums[list][pixel] += weight * Double(mask[pixel]) }
      }
    }
    return sums.map { sums in
      // Where no mask covers a pixel, what rounding leaves of 0 is no coverage.
      patches.means(of: zip(sums, coverage).map { $1 > 1e-6 ? $0 / $1 : 0 })
    }
  }
}

/// The options of ViT-CX.
public struct ViTCXOptions: PerturbationExplainerOptions, SeededOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.firstNorm
  /// Masks farther apart than this, by cosine, are not in one cluster.
  public var distance = 0.1
  /// The deviation of the noise in place of what a mask hides.
  public var noise = 0.1
  /// The seed of the noise.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// The softmax probability.
  public var score: OutputScore { .probability }

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
    OptionSpec("point", \.point, "the place in the layer"),
    OptionSpec(
      "distance", \.distance, "masks farther apart than this, by cosine, are not in one cluster",
      allowed: "a number from 0", where: { $0 >= 0 }),
    OptionSpec(
      "noise", \.noise, "the deviation of the noise in place of what a mask hides",
      allowed: "a number from 0", where: { $0 >= 0 }),
    seedOption(for: "noise"),
    batchOption,
  ]
}
