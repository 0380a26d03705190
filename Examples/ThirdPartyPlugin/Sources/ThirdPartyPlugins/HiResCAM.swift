import XAI

/// The options of HiResCAM.
public struct HiResCAMOptions: ClassActivationOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.firstNorm
  /// Whether negative scores become 0.
  public var relu = true
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = activationTable
}

/// HiResCAM on tokens: each activation times its own gradient.
///
/// map_p = ReLU(Σ_c ∂y/∂f_pc · f_pc) on patches. Grad-CAM takes the mean of a channel's gradient over all patches instead.
/// Source: Draelos & Carin 2020 (arXiv 2011.08891).
public struct HiResCAM: ClassActivationMap {
  public static let descriptor = ExplainerDescriptor(
    id: "hires-cam", title: "HiResCAM",
    summary: "Multiplies each activation of a layer's patch tokens by its own gradient",
    family: .gradient, needs: [.activations, .activationGradients], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Draelos & Carin",
      title: "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks",
      venue: "arXiv", year: 2020, identifier: "arXiv:2011.08891"))

  public let options: HiResCAMOptions

  public init(options: HiResCAMOptions = HiResCAMOptions()) {
    self.options = options
  }

  /// Σ_c f_pc · ∂y/∂f_pc of each patch.
  public func scores(_ activations: Tensor, _ gradient: Tensor) -> [Float] {
    (0..<activations.shape[0]).map { patch in
      zip(activations[patch].elements, gradient[patch].elements).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}
