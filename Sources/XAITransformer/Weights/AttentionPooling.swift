import XAICore
import XAITensor

/// The sizes of an attention pooling, the last layer of models that read a probe.
///
/// With z the patches, or all tokens, behind the last norm and p a learned probe, every head takes a = softmax(q·Kᵀ/√d), 1 × N, with q from p
/// and K, V from z; o is W_O times the heads' a·V side by side, and the features are o + MLP(Norm(o)).
///
/// Sources: Lee et al. 2019, "Set Transformer" (arXiv 1810.00825), section 3.2; as the head of a vision transformer, Zhai et al.
/// 2022, "Scaling Vision Transformers" (arXiv 2106.04560), section 3.1, there called MAP.
public struct AttentionPooling: Hashable, Sendable {
  /// Attention heads.
  public var headCount: Int
  /// Hidden elements of its MLP.
  public var mlpWidth: Int
  /// What is between the layers of its MLP.
  public var mlp: VisionTransformerConfiguration.MLP
  /// Which tokens the probe attends to.
  public var pooled = PooledTokens.patches

  /// Which tokens a probe attends to.
  public enum PooledTokens: Hashable, Sendable {
    /// The patches.
    case patches
    /// The patches and the tokens before them.
    case all
  }

  /// States all of it but which tokens are pooled.
  public init(headCount: Int, mlpWidth: Int, mlp: VisionTransformerConfiguration.MLP = .gelu) {
    self.headCount = headCount
    self.mlpWidth = mlpWidth
    self.mlp = mlp
  }

  /// What its parameters depend on.
  func sizes(width: Int) -> BlockSizes {
    BlockSizes(width: width, headCount: headCount, mlpWidth: mlpWidth, mlp: mlp)
  }

  /// Describes it as the last layer of a model, the probe being the first token.
  ///
  /// Tokens other than the probe pass it unchanged. Where they have no part in it, behind attention and norm, they are zeros.
  func descriptor(width: Int) -> LayerDescriptor {
    func tokens(_ place: Place) -> PlaceDescriptor { PlaceDescriptor(place, .tokens(width: width)) }
    func withoutGradient(_ place: Place) -> PlaceDescriptor {
      PlaceDescriptor(place, .tokens(width: width), hasGradient: false)
    }
    return LayerDescriptor(
      width: width,
      places: [
        tokens(.input), tokens(.firstNorm), withoutGradient(.queries), withoutGradient(.keys),
        withoutGradient(.values),
        withoutGradient(.projectedValues), tokens(.headOutputs),
        tokens(.afterAttention), tokens(.secondNorm), PlaceDescriptor(.mlpHidden, .tokens(width: mlpWidth)),
        tokens(.output),
      ],
      attention: AttentionDescriptor(headCount: headCount))
  }
}

/// The parameters of an attention pooling.
struct PoolingWeights: Sendable {
  /// [1, width].
  let probe: Tensor
  /// The rest; its first norm is the model's last.
  let block: BlockWeights

  init(_ source: ParameterSource, _ naming: CheckpointNaming, _ pooling: AttentionPooling, width: Int) {
    probe = source.tensor(naming.probe, naming.probeShape(width: width)).flattened(to: [1, width])
    block = BlockWeights(source, naming.poolingBlock, pooling.sizes(width: width))
  }
}
