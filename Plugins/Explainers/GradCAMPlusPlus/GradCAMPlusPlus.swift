public import XAICore
public import XAITensor

/// The options of Grad-CAM++.
public struct GradCAMPlusPlusOptions: ClassActivationOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.firstNorm
  /// Whether negative scores become 0.
  public var relu = true
  /// What is added to the denominator of α.
  public var epsilon = 0.0
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] =
    activationTable + [
      OptionSpec(
        "epsilon", \.epsilon, "what is added to the denominator of α; 1e-6 is that of pytorch-grad-cam",
        allowed: "a number from 0", where: { $0 >= 0 })
    ]
}

/// Grad-CAM++ on tokens: channels weighted by their positive gradients, each place by a weight of its own.
///
/// α_pc = g²/(2g² + g³·Σ_q f_qc) where g = ∂y/∂f_pc is not 0, and 0 elsewhere; weight_c = Σ_p α_pc·ReLU(g_pc);
/// map = ReLU(Σ_c weight_c·f_c), all over patches.
/// Source: Chattopadhay et al. 2018 (arXiv 1710.11063), Eq. 19 with Eq. 5, as it is used on vision transformers.
public struct GradCAMPlusPlus: ClassActivationMap {
  public static let descriptor = ExplainerDescriptor(
    id: "grad-cam-plus-plus", title: "Grad-CAM++",
    summary: "Weights the channels of a layer's patch tokens by their positive gradients, place by place",
    family: .gradient, needs: [.activations, .activationGradients], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Chattopadhay et al.",
      title: "Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep Convolutional Networks",
      venue: "WACV", year: 2018, identifier: "arXiv:1710.11063"))

  public let options: GradCAMPlusPlusOptions

  public init(options: GradCAMPlusPlusOptions = GradCAMPlusPlusOptions()) {
    self.options = options
  }

  /// Σ_c weight_c·f_c of each patch; in double precision, because squares and cubes of small gradients underflow in single.
  public func scores(_ activations: Tensor, _ gradient: Tensor) -> [Float] {
    let (patches, width) = (activations.shape[0], activations.shape[1])
    let (activations, gradient) = (activations.onHost("activations"), gradient.onHost("gradient"))
    return activations.withElements { activations in
      gradient.withElements { gradient in
        var sums = [Double](repeating: 0, count: width)
        for patch in 0..<patches {
          for c in 0..<width { sums[c] += Double(activations[patch * width + c]) }
        }
        var weights = [Double](repeating: 0, count: width)
        for patch in 0..<patches {
          for c in 0..<width {
            let g = Double(gradient[patch * width + c])
            let denominator = 2 * g * g + g * g * g * sums[c] + options.epsilon
            // NaN is not left out: the score becomes NaN, and no map is made of it.
            if !(g <= 0), denominator != 0 { weights[c] += g * g / denominator * g }
          }
        }
        return (0..<patches).map { patch in
          var score = 0.0
          for c in 0..<width { score += weights[c] * Double(activations[patch * width + c]) }
          return Float(score)
        }
      }
    }
  }
}
