import XAICore
public import XAITensor
public import XAITransformer

/// The parameters of what merges the tokens before a stage.
struct MergeWeights: Sendable {
  /// Of neighbouring tokens, [4·width], or of the merged one, [next width].
  let norm: Norm
  /// [next width, 4·width], without bias.
  let reduction: Linear
}

/// The parameters of a transformer of stages, as its checkpoint holds them.
public struct HierarchicalWeights: Sendable {
  /// [width, 3 · patch height · patch width].
  let patch: Linear
  let patchNorm: Norm
  /// [patches, width]; nil where there are none.
  let positions: Tensor?
  /// The blocks of all stages.
  let blocks: [BlockWeights]
  /// The position bias of each block, where it is a function of the offset; empty where blocks have tables.
  let continuousBiases: [ContinuousPositionBias]
  /// What is before each stage but the first.
  let merges: [MergeWeights]
  let finalNorm: Norm
  /// Nil for a backbone.
  let head: ClassifierHead?
  /// How many parameters there are.
  public let parameterCount: Int

  /// Takes the parameters from wherever `source` has them, such as a generator of random numbers.
  ///
  /// - Parameters:
  ///   - configuration: validated sizes and choices.
  ///   - naming: what the parameters are called.
  ///   - source: gives the parameter of a name, in the shape that it is asked for; called once for each.
  public init(
    configuration: HierarchicalConfiguration, naming: HierarchicalNaming,
    from source: (_ name: String, _ shape: TensorShape) -> Tensor
  ) {
    self = withoutActuallyEscaping(source) {
      Self(configuration, naming, ParameterSource($0))
    }
  }

  private init(
    _ configuration: HierarchicalConfiguration, _ naming: HierarchicalNaming, _ source: ParameterSource
  ) {
    let (stages, stemWidth) = (configuration.stages, configuration.stages[0].width)
    patch = source.patchProjection(naming.patch, configuration.patch, outputs: stemWidth)
    patchNorm = source.norm(naming.patchNorm, stemWidth)
    let patchCount = configuration.layout.grid.count
    positions =
      configuration.hasPositionEmbeddings
      ? source.tensor(naming.positions, [1, patchCount, stemWidth]).flattened(to: [patchCount, stemWidth])
      : nil
    let isFirst = configuration.version == .first
    var (blocks, merges): ([BlockWeights], [MergeWeights]) = ([], [])
    var continuousBiases: [ContinuousPositionBias] = []
    for (index, stage) in stages.enumerated() {
      if index > 0 {
        let (names, width) = (naming.merge(index), stages[index - 1].width)
        merges.append(
          MergeWeights(
            norm: source.norm(names.norm, isFirst ? 4 * width : stage.width),
            reduction: source.linear(names.reduction, stage.width, 4 * width, hasBias: false)))
      }
      let sizes = BlockSizes(
        width: stage.width, headCount: stage.headCount, mlpWidth: stage.mlpWidth,
        qkvBias: configuration.qkvBias, transforms: configuration.attentionTransforms,
        positionBias: isFirst ? TensorShape(configuration.biasTableShape(ofStage: index)) : nil)
      for block in 0..<stage.depth {
        blocks.append(BlockWeights(source, naming.block(index, block), sizes))
        guard !isFirst else { continue }
        continuousBiases.append(
          ContinuousPositionBias(source, naming.continuousBias(index, block), headCount: stage.headCount))
      }
    }
    (self.blocks, self.merges, self.continuousBiases) = (blocks, merges, continuousBiases)
    let width = stages[stages.count - 1].width
    finalNorm = source.norm(naming.finalNorm, width)
    switch configuration.classifier {
    case .linear where configuration.classCount > 0:
      head = .linear(source.linear(naming.head, configuration.classCount, width))
    case .cosine(let scale, _, _):
      let vectors = source.tensor("\(naming.head).weight", [configuration.classCount, width])
      head = .cosine(CosineHead(vectors: vectors, scale: scale))
    case .linear, .none: head = nil
    }
    parameterCount = source.count
  }
}

/// What a checkpoint calls the parameters of a transformer of stages; linear layers and norms by the name of the whole.
public struct HierarchicalNaming: Sendable {
  /// The names of what is before a stage.
  public struct Merge: Hashable, Sendable {
    /// The layer norm of neighbouring tokens.
    public var norm: String
    /// The linear layer from them to one token.
    public var reduction: String

    /// Names both.
    public init(norm: String, reduction: String) {
      self.norm = norm
      self.reduction = reduction
    }
  }

  /// The names of the two linear layers that make the position bias of an offset.
  public struct ContinuousBias: Hashable, Sendable {
    /// From coordinates to the hidden layer.
    public var expansion: String
    /// From the hidden layer to the heads.
    public var contraction: String

    /// Names both.
    public init(expansion: String, contraction: String) {
      self.expansion = expansion
      self.contraction = contraction
    }
  }

  /// The patch projection.
  public var patch: String
  /// The layer norm behind it.
  public var patchNorm: String
  /// The position embeddings.
  public var positions: String
  /// The names of a block, by its stage and its index there.
  public var block: @Sendable (_ stage: Int, _ index: Int) -> CheckpointNaming.Block
  /// The names of what makes a block's position bias, by its stage and its index there, in version 2.
  public var continuousBias: @Sendable (_ stage: Int, _ index: Int) -> ContinuousBias = { stage, index in
    ContinuousBias(
      expansion: "position_bias.\(stage).\(index).0", contraction: "position_bias.\(stage).\(index).2")
  }
  /// The names of what merges the tokens before a stage; the first has none.
  public var merge: @Sendable (_ stage: Int) -> Merge
  /// The last layer norm.
  public var finalNorm: String
  /// The classification head.
  public var head: String
  /// Why a model that came with no classifier of its own can't be written, as what follows `it`; nil where it can.
  var reasonAgainstClassifier: String?

  /// Names the parameters.
  public init(
    patch: String, patchNorm: String, positions: String,
    block: @escaping @Sendable (_ stage: Int, _ index: Int) -> CheckpointNaming.Block,
    merge: @escaping @Sendable (_ stage: Int) -> Merge, finalNorm: String, head: String
  ) {
    self.patch = patch
    self.patchNorm = patchNorm
    self.positions = positions
    self.block = block
    self.merge = merge
    self.finalNorm = finalNorm
    self.head = head
  }
}
