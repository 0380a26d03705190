import XAI

/// A vision transformer without position embeddings: queries and keys are rotated by the places of their patches, and scores
/// scaled by the number of tokens.
///
/// Forward and backward pass, propagation rules, removal of patches and training are those of every `VisionTransformer`: the
/// plugin says which stages its blocks are made of, and brings one of its own.
public enum RotaryViT: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "rotary-vit", title: "Rotary Vision Transformer",
    summary: "a vision transformer with rotary embeddings and scores that grow with the number of tokens",
    huggingFaceClasses: [className], timmNames: [],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Heo et al.", title: "Rotary Position Embedding for Vision Transformer", venue: "ECCV",
      year: 2024, identifier: "arXiv:2403.13298"))

  private static let className = "RotaryViTForImageClassification"

  /// Whether the configuration names the family's class.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "rotary_vit", classes: [className], timmPrefix: "rotary_vit")
  }

  /// Loads a model.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration(directory),
      weights: directory.weights(), naming: naming, preprocessing: preprocessing, request)
  }

  /// Makes a model that has learnt nothing yet.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: configuration(directory),
      naming: naming, preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  private static func configuration(_ directory: ModelDirectory) throws -> VisionTransformerConfiguration {
    var configuration = try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [.classToken, .register], readout: .classToken, epsilon: 1e-6)
    configuration.positions = .none
    configuration.mlp = .swiGLU
    configuration.attentionTransforms = [
      ScalableSoftmax(),
      RotaryEmbedding(
        base: try directory.config.optionalDouble("rope_theta") ?? 100, pairing: .halves,
        coordinates: .centred),
    ]
    try configuration.validate(file: directory.config.file)
    return configuration
  }

  private static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), normalisation: .half)

  private static let naming: CheckpointNaming = {
    var naming = CheckpointNaming.timm()
    let block = naming.block
    naming.block = { index in
      var names = block(index)
      names.attentionParameters["softmax_scale"] = "blocks.\(index).attn.softmax_scale"
      return names
    }
    return naming
  }()
}

/// Scores times s·ln n, n being the number of tokens and s a learned factor of each head, so that attention stays as peaked
/// where there are more tokens (Nakanishi 2025, arXiv 2501.19399).
public struct ScalableSoftmax: AttentionTransform {
  /// Makes the transform.
  public init() {}

  /// One factor per head.
  public func parameters(headCount: Int, headWidth: Int) -> [AttentionTransformParameter] {
    [AttentionTransformParameter("softmax_scale", [headCount], initial: 0.43)]
  }

  /// ln n, by the series of artanh: ln n = 2·artanh((n − 1)/(n + 1)), n being halved until it is at most 2.
  private func logarithm(_ count: Int) -> Float {
    var (value, result) = (Double(count), 0.0)
    while value > 2 {
      value /= 2
      result += 0.693147180559945309
    }
    let t = (value - 1) / (value + 1)
    for power in stride(from: 41, through: 1, by: -2) {
      var term = 2.0 / Double(power)
      for _ in 0..<power { term *= t }
      result += term
    }
    return Float(result)
  }

  private func scaled(_ x: Tensor, in context: AttentionTransformContext) -> Tensor {
    guard context.part == .queries else { return x }
    let (heads, width) = (x.shape[2], x.shape[3])
    let factor = logarithm(x.shape[1])
    let factors = context.parameters[0].elements.flatMap {
      [Float](repeating: $0 * factor, count: width)
    }
    return context.kernels.scaleColumns(
      of: x.reshaped(to: [x.shape[0], x.shape[1], heads * width]), by: Tensor([factors.count], factors),
      adding: nil
    ).reshaped(to: x.shape)
  }

  /// Multiplies queries.
  public func apply(to x: Tensor, in context: AttentionTransformContext) -> Tensor { scaled(x, in: context) }

  /// Multiplies their gradient.
  public func applyBackward(
    _ gradient: Tensor, of x: Tensor, rules: PropagationRules, in context: AttentionTransformContext
  ) -> Tensor { scaled(gradient, in: context) }

  /// ds = ln n·Σ g ⊙ q over the tokens and elements of a head.
  public func parameterGradients(
    _ gradient: Tensor, of x: Tensor, in context: AttentionTransformContext
  ) -> [Tensor?] {
    guard context.part == .queries else { return [nil] }
    let (heads, width) = (x.shape[2], x.shape[3])
    let rows: TensorShape = [x.shape[0] * x.shape[1], heads * width]
    let sums = context.kernels.columnSums(ofProducts: gradient.reshaped(to: rows), x.reshaped(to: rows))
      .elements
    return [
      Tensor(
        [heads],
        (0..<heads).map { logarithm(x.shape[1]) * sums[$0 * width..<($0 + 1) * width].reduce(0, +) })
    ]
  }
}
