public import XAICore
import XAITensor

/// Score-CAM on tokens: channels weighted by the score that the class keeps where they are strong.
///
/// M_k is channel k, upsampled and scaled to [0, 1]; α = softmax_k f_c(x ⊙ M_k); map = ReLU(Σ_k α_k·A_k) on patches. The
/// baseline that the paper subtracts from each score cancels in the softmax. Source: Wang et al. 2020 (arXiv 1910.01279),
/// Eq. 5 to 8, on the tokens that Grad-CAM looks at.
public struct ScoreCAM: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "score-cam", title: "Score-CAM",
    summary: "Weights the channels of a layer's patch tokens by the class's score under them",
    family: .perturbation, needs: [.activations], isClassSpecific: true, scores: .magnitude,
    forwardPasses: "1 + channels",
    backwardPasses: "0",
    citation: Citation(
      authors: "Wang et al.",
      title: "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks",
      venue: "CVPR Workshops", year: 2020, identifier: "arXiv:1910.01279"))

  public let options: ScoreCAMOptions

  public init(options: ScoreCAMOptions = ScoreCAMOptions()) {
    self.options = options
  }

  /// Without negative scores unless they are asked for.
  ///
  /// Those aren't against the class: weights out of a softmax are positive for channels that harm it as well, so that a
  /// score's sign is that of the activations, and a number added to a channel moves the map and neither mask nor weight.
  public var scoreMeaning: ScoreMeaning { options.relu ? .magnitude : .relative }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    try model.tokenPoint(options.point, layer: options.layer, for: self)
  }

  /// Needs the activations of one point.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)])
  }

  /// The image under the mask of each channel.
  public func perturbation(
    of image: Int, in trace: ForwardTrace, using model: any Model
  ) throws -> Perturbation {
    let point = try point(of: model.descriptor)
    let original = trace.input[image]
    let channels = ChannelMaps(
      try trace.activation(at: point)[image], patches: trace.layout.patches(ofLayer: point.layer),
      cells: PatchCells(of: trace, layer: point.layer))
    let hidden = options.fill.input(hiding: original, preprocessing: model.descriptor.preprocessing)
    return Perturbation(channels.frames(of: original, hiddenAs: hidden)) { scores in
      scores.whole.indices.map { target in
        let weights = softmax(scores.values(of: target).map { Float($0) })
        return trace.layout.patchMap(map(of: channels, weights: weights), ofLayer: point.layer)
      }
    }
  }

  private func map(of channels: ChannelMaps, weights: [Float]) -> [Float] {
    let patches = channels.cells.grid.count
    return (0..<patches).map { patch in
      var sum: Float = 0
      for channel in 0..<channels.count {
        sum += weights[channel] * channels.values[channel * patches + patch]
      }
      return options.relu ? max(sum, 0) : sum
    }
  }
}

extension ChannelMaps {
  /// The image under the mask of each channel.
  fileprivate func frames(of original: Tensor, hiddenAs hidden: Tensor) -> FramePlan {
    FramePlan(count: count) { channel in
      Frame(
        .image(
          .blend(original, with: hidden) {
            let mask = mask(channel)
            return Tensor([mask.count], mask)
          }))
    }
  }
}

/// The options of Score-CAM.
public struct ScoreCAMOptions: PerturbationExplainerOptions, ChosenScoreOptions, FillOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.firstNorm
  /// Whether negative scores become 0.
  public var relu = true
  /// What stands in the place of what a mask hides.
  public var fill = Fill.zero
  /// Which output stands for a class.
  public var score = OutputScore.logit
  /// Inputs that the model sees at once.
  public var batch = 16

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
    OptionSpec("point", \.point, "the place in the layer"),
    OptionSpec("relu", \.relu, "whether negative scores become 0"),
    fillOption(for: "what a mask hides"),
    scoreOption,
    batchOption,
  ]
}
