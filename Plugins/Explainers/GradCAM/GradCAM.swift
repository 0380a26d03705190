public import XAICore
public import XAITensor

/// The options of Grad-CAM.
public struct GradCAMOptions: ClassActivationOptions {
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

/// Grad-CAM on tokens: channels weighted by their mean gradient.
///
/// weight_c = mean over patches of ∂y/∂f_c, map = ReLU(Σ_c weight_c·f_c) on patches. By default f is the output of the
/// last block's first layer norm: behind the last attention only the readout token matters, and patches have no
/// gradient. Source: Selvaraju et al. 2017 (arXiv 1610.02391), as it is used on vision transformers.
public struct GradCAM: ClassActivationMap {
  public static let descriptor = ExplainerDescriptor(
    id: "grad-cam", title: "Grad-CAM",
    summary: "Weights the channels of a layer's patch tokens by their mean gradient",
    family: .gradient, needs: [.activations, .activationGradients], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Selvaraju et al.",
      title: "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
      venue: "ICCV",
      year: 2017, identifier: "arXiv:1610.02391"))

  public let options: GradCAMOptions

  public init(options: GradCAMOptions = GradCAMOptions()) {
    self.options = options
  }

  /// Σ_c weight_c·f_c of each patch.
  public func scores(_ activations: Tensor, _ gradient: Tensor) -> [Float] {
    activations.weightedByMean(of: gradient)
  }
}
