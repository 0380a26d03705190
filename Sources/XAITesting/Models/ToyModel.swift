public import XAICore
import XAIFoundation
import XAIImage
public import XAITensor
public import XAITransformer

/// A small vision transformer with random weights, for every layout of tokens that explainers meet.
///
/// The weights are drawn from a seed with a spread that makes attention peaked and maps anything but flat.
public struct ToyModel: Hashable, Sendable, CustomStringConvertible {
  /// What messages call it.
  public let name: String
  /// Its sizes and choices.
  public let configuration: VisionTransformerConfiguration

  /// What messages call it.
  public var description: String { name }
  /// Its tokens.
  public var layout: TokenLayout { configuration.layout }

  /// A class token before 3 × 3 patches.
  public static let classToken = ToyModel("toy-class-token")
  /// A class and a distillation token, whose two heads are averaged.
  public static let distilled = ToyModel("toy-distilled") {
    $0.prefix = [.classToken, .distillation]
    $0.readout = .meanOfClassAndDistillation
  }
  /// No prefix token: the mean of the patches is read.
  public static let meanPooled = ToyModel("toy-mean-pooled") {
    $0.prefix = []
    $0.readout = .meanOfPatches
    $0.finalNorm = .afterPooling
  }
  /// A class token and two registers.
  public static let registers = ToyModel("toy-registers") {
    $0.prefix = [.classToken, .register, .register]
    $0.positions = .patches
  }
  /// 2 × 4 patches of 6 × 3 pixels.
  public static let nonSquare = ToyModel("toy-non-square") {
    $0.patchHeight = 6
    $0.patchWidth = 3
  }
  /// Relative position bias of each block and of all, without position embeddings; the mean of the patches is read.
  public static let relative = ToyModel("toy-relative") {
    $0.readout = .meanOfPatches
    $0.finalNorm = .afterPooling
    $0.positions = .none
    $0.positionBias = PositionBias(isPerLayer: true, isShared: true, interpolation: .bilinear)
  }
  /// Layer scale and SwiGLU; class token and mean of patches are read side by side.
  public static let gated = ToyModel("toy-gated") {
    $0.readout = .classAndMeanOfPatches
    $0.layerScale = 1
    $0.mlp = .swiGLU
  }
  /// One attention head.
  public static let oneHead = ToyModel("toy-one-head") { $0.headCount = 1 }

  /// 2 × 4 patches without positions, whose mean is read: the logits don't depend on where a patch lies.
  public static let unplaced = ToyModel("toy-unplaced") {
    unplacePatches(&$0)
    $0.prefix = []
    $0.readout = .meanOfPatches
    $0.finalNorm = .afterPooling
  }
  /// 2 × 4 patches without positions after a class token, which is read, and a register.
  public static let unplacedWithPrefix = ToyModel("toy-unplaced-with-prefix") {
    unplacePatches(&$0)
    $0.prefix = [.classToken, .register]
  }
  /// A class and a distillation token without positions: exchanged together with their heads, they are the same model.
  public static let distilledUnplaced = ToyModel("toy-distilled-unplaced") {
    $0.prefix = [.classToken, .distillation]
    $0.readout = .meanOfClassAndDistillation
    $0.positions = .patches
  }
  /// A class token and a register, neither of which is read, without positions: exchanged, they are the same model.
  public static let unreadPrefix = ToyModel("toy-unread-prefix") {
    $0.prefix = [.classToken, .register]
    $0.readout = .meanOfPatches
    $0.finalNorm = .afterPooling
    $0.positions = .patches
  }

  /// Classes that are vectors: the cosine with the class token's projection.
  public static let zeroShot = ToyModel("toy-zero-shot") {
    $0.classifier = .cosine(scale: 10, projectedWidth: 8)
  }
  /// No classifier.
  public static let backbone = ToyModel("toy-backbone") {
    $0.classifier = .none
    $0.classCount = 0
  }

  /// Those with a linear classifier and blocks as most families have them, for every layout of tokens.
  public static let all = [classToken, distilled, meanPooled, registers, relative, gated, nonSquare, oneHead]

  /// Rotary embeddings in place of others, and registers.
  public static let rotary = ToyModel("toy-rotary") {
    $0.width = 24
    $0.prefix = [.classToken, .register]
    $0.positions = .none
    $0.attentionTransforms = [RotaryEmbedding(base: 20)]
  }
  /// Layer norms of queries and keys, then rotary embeddings of halves; layer scale, and SwiGLU with a norm; class token and
  /// mean of patches are read.
  public static let normalisedRotary = ToyModel("toy-normalised-rotary") {
    $0.width = 24
    $0.readout = .classAndMeanOfPatches
    $0.qkvBias = .queryAndValue
    $0.layerScale = 1
    $0.mlp = .normalisedSwiGLU
    $0.attentionTransforms = [
      QueryKeyNorm(), RotaryEmbedding(base: 100, pairing: .halves, coordinates: .centred),
    ]
  }
  /// Norms after attention and MLP, cosine attention, GELU by tanh; the mean of the patches is read.
  public static let cosine = ToyModel("toy-cosine") {
    $0.prefix = []
    $0.positions = .patches
    $0.readout = .meanOfPatches
    $0.normOrder = .resPostNorm
    $0.mlp = .tanhGELU
    $0.attentionTransforms = [CosineAttention(largestScale: 8)]
  }
  /// Norms after attention and MLP, relative position bias, and root mean squares of queries and keys; the class token is
  /// read.
  public static let postNorm = ToyModel("toy-post-norm") {
    $0.normOrder = .resPostNorm
    $0.positionBias = PositionBias(isPerLayer: true, isShared: false, interpolation: .bilinear)
    $0.attentionTransforms = [QueryKeyNorm(.rootMeanSquare)]
  }
  /// A norm before the blocks and quick GELU, as CLIP's.
  public static let contrastive = ToyModel("toy-contrastive") {
    $0.hasEmbeddingNorm = true
    $0.mlp = .quickGELU
  }

  /// Norms of the heads' outputs and within the MLP, and none behind the blocks.
  public static let innerNorms = ToyModel("toy-inner-norms") {
    $0.hasHeadNorm = true
    $0.mlp = .normalisedGELU
    $0.finalNorm = .absent
  }
  /// Attention and MLP side by side, with norms of queries and keys, and one layer scale for both.
  public static let parallel = ToyModel("toy-parallel") {
    $0.normOrder = .parallel
    $0.layerScale = 1
    $0.attentionTransforms = [QueryKeyNorm()]
  }

  /// Rotary embeddings of learned frequencies, and a register.
  public static let learnedRotary = ToyModel("toy-learned-rotary") {
    $0.prefix = [.classToken, .register]
    $0.positions = .none
    $0.attentionTransforms = [MixedRotaryEmbedding()]
  }
  /// Relative position bias by MLPs, of each block and of all, without prefix tokens; the mean of the patches is read.
  public static let offsets = ToyModel("toy-offsets") {
    $0.prefix = []
    $0.positions = .none
    $0.readout = .meanOfPatches
    $0.positionBias = PositionBias(isPerLayer: true, isShared: true, interpolation: .bilinear, hiddenWidth: 7)
  }

  /// A probe that attends to the patches, as in SigLIP, beside a class token that isn't read.
  public static let attentionPooled = ToyModel("toy-attention-pooled") {
    $0.readout = .attentionPooling
    $0.pooling = AttentionPooling(headCount: 3, mlpWidth: 16)
  }

  /// A probe that attends to all tokens, by fewer heads than blocks have, as in EVA's class.
  public static let pooledWithPrefix = ToyModel("toy-pooled-with-prefix") {
    $0.readout = .attentionPooling
    $0.pooling = AttentionPooling(headCount: 2, mlpWidth: 16)
    $0.pooling?.pooled = .all
  }
  /// Mean and maximum of the patches, beside a class token that isn't read.
  public static let maximum = ToyModel("toy-maximum") { $0.readout = .meanAndMaximumOfPatches }

  /// Those of blocks with other stages, and of other readouts.
  public static let stages = [
    rotary, normalisedRotary, cosine, postNorm, contrastive, innerNorms, parallel, learnedRotary, offsets,
    attentionPooled, pooledWithPrefix, maximum,
  ]

  private static func unplacePatches(_ configuration: inout VisionTransformerConfiguration) {
    (configuration.patchHeight, configuration.patchWidth) = (6, 3)
    configuration.positions = .none
  }

  private init(_ name: String, _ change: (inout VisionTransformerConfiguration) -> Void = { _ in }) {
    self.name = name
    var configuration = VisionTransformerConfiguration(
      imageHeight: 12, imageWidth: 12, patchHeight: 4, patchWidth: 4, width: 12, depth: 3, headCount: 3,
      mlpWidth: 20, epsilon: 1e-6, classCount: 5)
    change(&configuration)
    self.configuration = configuration
  }

  /// What its parameters are called.
  public var naming: CheckpointNaming {
    let heads = configuration.readout == .meanOfClassAndDistillation ? ["head", "head_dist"] : ["head"]
    var naming = CheckpointNaming.timm(heads: heads)
    let block = naming.block
    naming.positionBias = "position_bias_table"
    naming.positionMLP = "position_bias_mlp"
    if configuration.attentionTransforms.contains(where: { $0 is MixedRotaryEmbedding }) {
      naming.stackedParameters = ["frequencies"]
    }
    naming.block = { index in
      var names = block(index)
      names.positionBias = "blocks.\(index).attn.position_bias_table"
      names.positionMLP = "blocks.\(index).attn.position_bias_mlp"
      names.attentionParameters["frequencies"] = "frequencies"
      if configuration.mlp == .normalisedSwiGLU {
        (names.gate, names.expansion) = ("blocks.\(index).mlp.fc1_g", "blocks.\(index).mlp.fc1_x")
      }
      if configuration.normOrder == .parallel { names.secondScale = names.firstScale }
      return names
    }
    return naming
  }

  /// Makes the model; the same seed makes the same weights.
  ///
  /// - Parameters:
  ///   - seed: of the weights.
  ///   - exchanged: for the name of a parameter, that of another of the same shape, whose value it takes.
  ///   - kernels: what the model runs on.
  public func make(
    seed: UInt64 = 1, exchanging exchanged: [String: String] = [:], on kernels: any Kernels
  ) -> any Model {
    let naming = naming
    var random = SeededRandom(seed: seed)
    var drawn: [String: Tensor] = [:]
    var weights = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      let parameter = random.parameter(name, shape)
      drawn[name] = parameter
      return parameter
    }
    if !exchanged.isEmpty {
      weights = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
        let source = exchanged[name] ?? name
        guard let parameter = drawn[source], parameter.shape == shape else {
          fatalError("\(self.name) has no parameter \(source) of \(shape)")
        }
        return parameter
      }
    }
    let descriptor = ModelDescriptor(
      name: name, architecture: "toy", labels: (0..<configuration.classCount).map { "class \($0)" },
      layers: configuration.layerDescriptors,
      parameterCount: weights.parameterCount, layout: configuration.layout,
      preprocessing: Preprocessing(
        resize: .exact(height: configuration.imageHeight, width: configuration.imageWidth),
        normalisation: .half),
      capabilities: VisionTransformer.capabilities(of: configuration),
      output: configuration.classifier == .none ? .none : .softmax)
    return VisionTransformer(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming, kernels: kernels
    )
  }
}

extension SeededRandom {
  /// A parameter by its name: norms near 1, maps with gains that keep activations of one size and attention peaked.
  mutating func parameter(_ name: String, _ shape: TensorShape) -> Tensor {
    if name.contains("norm"), name.hasSuffix("weight") {
      return normal(shape, mean: 1, standardDeviation: 0.2)
    }
    if name.hasSuffix("logit_scale") { return normal(shape, mean: 1.8, standardDeviation: 0.4) }
    if name.hasSuffix("gamma") { return normal(shape, mean: 1, standardDeviation: 0.2) }
    if name.hasSuffix("bias") { return normal(shape, standardDeviation: 0.2) }
    guard name.hasSuffix("weight") else { return normal(shape) }
    let inputs = shape.count / shape[0]
    let gain: Float = name.contains("qkv") ? 1.6 : name.hasPrefix("attn_pool.q") ? 4 : 1
    return normal(shape, standardDeviation: gain / Float(inputs).squareRoot())
  }
}
