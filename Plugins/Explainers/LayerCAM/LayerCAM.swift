public import XAICore
public import XAITensor

/// The options of LayerCAM.
public struct LayerCAMOptions: ClassActivationOptions {
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

/// LayerCAM on tokens: each activation weighted by its own positive gradient.
///
/// map_p = ReLU(Σ_c ReLU(∂y/∂f_pc)·f_pc) on patches.
/// Source: Jiang et al. 2021 (IEEE TIP 30), Eq. 4 to 6, as it is used on vision transformers.
public struct LayerCAM: ClassActivationMap {
  public static let descriptor = ExplainerDescriptor(
    id: "layer-cam", title: "LayerCAM",
    summary: "Weights each activation of a layer's patch tokens by its own positive gradient",
    family: .gradient, needs: [.activations, .activationGradients], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Jiang et al.",
      title: "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization",
      venue: "IEEE Transactions on Image Processing", year: 2021, identifier: "doi:10.1109/TIP.2021.3089943"))

  public let options: LayerCAMOptions

  public init(options: LayerCAMOptions = LayerCAMOptions()) {
    self.options = options
  }

  /// Σ_c ReLU(g_c)·f_c of each patch.
  public func scores(_ activations: Tensor, _ gradient: Tensor) -> [Float] {
    Tensor.sum(
      Elementwise.operand(0).positivePart * .operand(1), of: [gradient, activations],
      outer: activations.shape[0], middle: activations.shape[1], inner: 1
    ).onHost("scores of patches").elements
  }
}
