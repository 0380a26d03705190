public import XAICore
import XAIFoundation
import XAITensor

/// ViT-CX: masks from the channels of a layer, those that are alike clustered, weighted by their causal impact.
///
/// s(M) = p_c(x ⊙ M + z ⊙ (1 − M)) − p_c(x + z ⊙ (1 − M)) + p_c(x) with noise z; the map is Σ_M s(M)·M / Σ_M M over the
/// number of masks, which corrects for how many masks cover a pixel; on patches the mean over their pixels. Source: Xie et
/// al. 2023 (arXiv 2211.03064), with the choices of the authors' program.
public struct ViTCX: Explainer {
  /// What the explainer is.
  public static let descriptor = ExplainerDescriptor(
    id: "vit-cx", title: "ViT-CX",
    summary: "Adds up masks made of a layer's patch tokens, weighted by their causal impact on the class",
    family: .perturbation, needs: [.activations], isClassSpecific: true,
    forwardPasses: "1 + 2·clusters", reversePasses: "0",
    citation: Citation(
      authors: "Xie et al.", title: "ViT-CX: Causal Explanation of Vision Transformers", venue: "IJCAI",
      year: 2023, identifier: "arXiv:2211.03064"))

  /// The options that this value works with.
  public let options: ViTCXOptions

  /// Makes an explainer.
  public init(options: ViTCXOptions = ViTCXOptions()) {
    self.options = options
  }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    ActivationPoint(layer: try model.layer(options.layer, option: "layer"), point: options.point)
  }

  /// Needs the activations of one point.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)])
  }

  /// Explains every image; all targets of an image share its passes.
  public func explain(
    _ trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    guard targets.countPerImage > 0 else { return targets.classes.map { _ in [] } }
    let point = try point(of: model.descriptor)
    let activation = try trace.activation(at: point)
    let cells = PatchCells(of: trace, layer: point.layer)
    let masks = targets.classes.indices.map { image in
      MaskClusters(
        ChannelMaps(activation[image], patches: trace.layout.patches(ofLayer: point.layer), cells: cells),
        distance: options.distance
      ).maps
    }
    var runner = FrameRunner(
      self, model: model, batchSize: options.batch, total: masks.reduce(0) { $0 + 2 * $1.count })
    return try targets.classes.enumerated().map { image, classes in
      let (picture, masks) = (trace.input[image], masks[image])
      var probabilities = [[Double]](repeating: [], count: 2 * masks.count)
      try runner.run(frames(of: picture, under: masks), of: picture) {
        probabilities[$0] = OutputScore.probability.values(of: classes, in: $1)
      }
      let whole = trace.logits[image].onHost("logits").withElements {
        OutputScore.probability.values(of: classes, in: $0)
      }
      let impacts = classes.indices.map { target in
        (0..<masks.count).map { mask in
          probabilities[2 * mask][target] - probabilities[2 * mask + 1][target] + whole[target]
        }
      }
      return try zip(classes, masks.coverageCorrected(impacts, on: PatchCells(of: trace))).map {
        classIndex, scores in
        try Attribution(scores: scores, of: trace, classIndex: classIndex, by: self)
      }
    }
  }

  /// For each mask the picture under it, and the whole picture with the same noise.
  private func frames(of picture: Tensor, under masks: ChannelMaps) -> FramePlan {
    FramePlan(count: 2 * masks.count) { index in
      Frame(
        .picture { destination in
          let mask = masks.mask(index / 2)
          var random = SeededRandom(
            seed: UInt64(bitPattern: Int64(options.seed)), UInt64(index / 2))
          let deviation = Float(options.noise)
          let isMasked = index % 2 == 0
          picture.withElements { elements in
            for start in stride(from: 0, to: elements.count, by: mask.count) {
              for (pixel, shown) in mask.enumerated() {
                let noise = deviation * random.normal() * (1 - shown)
                destination[start + pixel] = elements[start + pixel] * (isMasked ? shown : 1) + noise
              }
            }
          }
        })
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
