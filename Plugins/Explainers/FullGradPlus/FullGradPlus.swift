public import XAICore
import XAITensor

/// The options of FullGrad+.
public struct FullGradPlusOptions: BackwardOptions {
  /// Which layers are added up.
  public enum Layers: String, OptionValue, CaseIterable {
    /// All of them.
    case all
    /// Those from ⌊L/2⌋ on.
    case secondHalf = "second-half"

    /// These layers of as many.
    func range(of count: Int) -> Range<Int> { (self == .all ? 0 : count / 2)..<count }
  }

  /// Which layers are added up.
  public var layers = Layers.all
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layers", \.layers, "which layers are added up"),
    backwardOption,
    contrastOption,
  ]

  /// All layers, and those of SkipPLUS.
  public static let presets: [Preset<Self>] = [.default, .skipPlus]
}

extension Preset where Options == FullGradPlusOptions {
  /// The sum over all layers.
  public static var `default`: Self {
    Preset("default", "the sum over all layers") { _ in }
  }

  /// The sum over the second half of the layers.
  public static var skipPlus: Self {
    Preset("skip-plus", "SkipPLUS: the sum over the second half of the layers") { $0.layers = .secondHalf }
  }
}

/// FullGrad+: what the tokens before each block have to do with the class, added up over blocks.
///
/// score_p = Σ_l Σ_c x_l[p, c]·∂y/∂x_l[p, c], x_l being the tokens before block l. Biases, the other summand of the formula,
/// are no tokens' and are left out.
/// Sources: Srinivas & Fleuret 2019 (arXiv 1905.00780); Mehri et al. 2024 ("SkipPLUS", CVPR Workshops), who add up layers;
/// Mehri, Soleymani & Pilehvar 2025 (arXiv 2411.16760), section 2.1.
public struct FullGradPlus: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "fullgrad-plus", title: "FullGrad+",
    summary: "Adds up, over blocks, the tokens before each times their gradient; biases are left out",
    family: .gradient, needs: [.activations, .activationGradients], isClassSpecific: true, scores: .signed,
    backwardPasses: "1",
    citation: Citation(
      authors: "Mehri, Soleymani & Pilehvar",
      title: "LibraGrad: Balancing Gradient Flow for Universally Better Vision Transformer Attributions",
      venue: "CVPR", year: 2025, identifier: "arXiv:2411.16760"))

  public let options: FullGradPlusOptions

  public init(options: FullGradPlusOptions = FullGradPlusOptions()) {
    self.options = options
  }

  private func layers(of model: ModelDescriptor) -> Range<Int> { options.layers.range(of: model.layerCount) }

  /// Needs a backward pass down to the first layer that counts, and the tokens before each.
  public func recording(for model: ModelDescriptor) -> Recording {
    Recording(activations: LayerRelevance.points(of: layers(of: model)), gradients: true)
  }

  /// The gradient of the tokens before each block.
  public func gradientPoints(for model: ModelDescriptor) -> Set<ActivationPoint> {
    LayerRelevance.points(of: layers(of: model))
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let relevance = try LayerRelevance(
      of: layers(of: model.descriptor), from: trace.cotangent(of: targets, contrast: options.contrast),
      through: trace, rules: options.backward.rules, using: model)
    return try targets.map { image, target, classIndex in
      let row = targets.row(image: image, target: target)
      return try Attribution(
        scores: relevance.patchSums(ofRow: row, of: trace.layout).map { Float($0) }, of: trace,
        classIndex: classIndex, by: self, rounding: relevance.rounding(ofRow: row))
    }
  }
}
