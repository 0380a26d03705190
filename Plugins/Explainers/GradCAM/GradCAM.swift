public import XAICore
import XAITensor

/// The options of Grad-CAM.
public struct GradCAMOptions: PluginOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The point in the layer's block.
  public var point = BlockPoint.firstNorm
  /// Whether negative scores become 0.
  public var relu = true

  /// Makes the defaults.
  public init() {}

  /// Every option.
  public static let table: [Option<Self>] = [
    Option("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
    Option("point", \.point, "the point in the layer's block"),
    Option("relu", \.relu, "whether negative scores become 0"),
  ]
}

/// Grad-CAM on tokens: channels weighted by their mean gradient.
///
/// weight_c = mean over patches of ∂y/∂f_c, map = ReLU(Σ_c weight_c·f_c) on patches. By default f is the output of the
/// last block's first layer norm: behind the last attention only the readout token matters, and patches have no
/// gradient. Source: Selvaraju et al. 2017 (arXiv 1610.02391), as it is used on vision transformers.
public struct GradCAM: Explainer {
  /// What the explainer is.
  public static let descriptor = ExplainerDescriptor(
    id: "grad-cam", title: "Grad-CAM",
    summary: "Weights the channels of a layer's patch tokens by their mean gradient",
    family: .gradient, needs: [.activations, .activationGradients], isClassSpecific: true, reversePasses: "1",
    citation: Citation(
      authors: "Selvaraju et al.",
      title: "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
      venue: "ICCV",
      year: 2017, identifier: "arXiv:1610.02391"))

  /// The options that this value works with.
  public let options: GradCAMOptions

  /// Makes an explainer.
  public init(options: GradCAMOptions = GradCAMOptions()) {
    self.options = options
  }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    ActivationPoint(layer: try model.layer(options.layer, option: "layer"), point: options.point)
  }

  /// Needs the activations of one point, and a reverse pass down to it.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)], gradients: true)
  }

  /// Explains every target in one reverse pass.
  public func explain(
    _ trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let point = try point(of: model.descriptor)
    let activations = try trace.activation(at: point)
    let gradients = try model.backward(
      from: targets.cotangent(classCount: model.descriptor.classCount), through: trace,
      requesting: GradientRequest(activations: [point]))
    guard let gradient = gradients.activations[point] else {
      throw ModelError.notRecorded("gradient of \(point.point.rawValue) of layer \(point.layer)")
    }
    return try targets.map { image, target, classIndex in
      try Attribution(
        scores: scores(
          activations[image], gradient[targets.row(image: image, target: target)],
          patches: trace.layout.patches),
        of: trace, classIndex: classIndex, by: self)
    }
  }

  /// ReLU(Σ_c weight_c·f_c) on patches; both tensors are [N, D].
  private func scores(_ activations: Tensor, _ gradient: Tensor, patches: Range<Int>) -> [Float] {
    let width = activations.shape[1]
    var weights = [Float](repeating: 0, count: width)
    gradient.withElements { gradient in
      for patch in patches { for c in 0..<width { weights[c] += gradient[patch * width + c] } }
    }
    for c in 0..<width { weights[c] /= Float(patches.count) }
    return activations.withElements { activations in
      patches.map { patch in
        var score: Float = 0
        for c in 0..<width { score += weights[c] * activations[patch * width + c] }
        return options.relu ? max(score, 0) : score
      }
    }
  }
}
