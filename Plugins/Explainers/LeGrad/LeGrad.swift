public import XAICore
import XAITensor

/// The options of LeGrad.
public struct LeGradOptions: ContrastiveOptions {
  /// The first layer that counts, from 0.
  public var start = 0
  /// Which tokens of a layer the classifier reads.
  public var pooling = LayerReadout.mean
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0; negative numbers count from the last",
      allowed: "a layer"),
    OptionSpec(
      "pooling", \.pooling,
      "which tokens of a layer the classifier reads: the mean of all, or those of the model itself"
    ),
    contrastOption,
  ]
}

/// LeGrad: how the class's score of each layer depends on that layer's attention.
///
/// s_l is what the classifier says of layer l's output alone; G_l = ∂s_l/∂A_l; the map is the sum over layers of
/// 1/(H·N)·Σ_h Σ_i ReLU(G_l)_hij, a score for each key j.
/// Source: Bousselham et al. 2024 (arXiv 2404.03214), section 3.
public struct LeGrad: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "legrad", title: "LeGrad",
    summary: "Adds up, over layers, how the class's score of a layer grows with that layer's attention",
    family: .gradient, needs: [.attention, .activations, .layerReadouts], isClassSpecific: true,
    scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Bousselham et al.",
      title: "LeGrad: An Explainability Method for Vision Transformers via Feature Formation Sensitivity",
      venue: "ICCV", year: 2025, identifier: "arXiv:2404.03214"))

  public let options: LeGradOptions

  public init(options: LeGradOptions = LeGradOptions()) {
    self.options = options
  }

  private func layers(of model: ModelDescriptor) throws -> Range<Int> {
    try model.layer(options.start, option: "start")..<model.layerCount
  }

  /// It adds up the columns of the attention of all layers.
  public var needsIsotropicLayers: String? {
    "it adds up the columns of the attention of all layers"
  }

  /// Needs the output of every layer that counts, and what a backward pass needs.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    return Recording(
      activations: Set(try layers(of: model).map { ActivationPoint(layer: $0, place: .output) }),
      gradients: true)
  }

  /// Explains every target; each layer's backward pass ends at its own attention.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    var sums = [[Float]](
      repeating: [Float](repeating: 0, count: trace.layout.tokenCount), count: cotangent.shape[0])
    try model.layerReadable().readLayers(
      from: cotangent, through: trace, layers: .some(Set(layers(of: model.descriptor))),
      readout: options.pooling
    ) { visited in
      Self.add(visited.gradient, to: &sums)
    }
    return try targets.map { image, target, classIndex in
      try Attribution(
        scores: Array(sums[targets.row(image: image, target: target)][trace.layout.patches]), of: trace,
        classIndex: classIndex, by: self)
    }
  }

  /// Adds the mean over heads and queries of ReLU(G), [heads, N, N], for each key.
  private static func add(_ gradient: Tensor, to sums: inout [[Float]]) {
    let (rows, tokens) = (gradient.shape[0], gradient.shape[3])
    let lines = gradient.shape[1] * gradient.shape[2]
    let columns = Tensor.sum(
      Elementwise.operand(0).positivePart, of: [gradient], outer: rows, middle: lines, inner: tokens
    ).onHost("column sums of the gradient")
    for row in sums.indices {
      for (c, sum) in columns[row].elements.enumerated() { sums[row][c] += sum / Float(lines) }
    }
  }
}
