import XAICore
public import XAITensor
public import XAIWeights

/// The parameters of a vision transformer, as its checkpoint holds them.
public struct VisionTransformerWeights: Sendable {
  /// [width, 3 · patch height · patch width].
  let patch: Linear
  /// [prefix tokens, width].
  let prefix: Tensor
  /// [tokens with a position embedding, width]; nil where none has one.
  let positions: Tensor?
  /// Relative position bias of all blocks, [offsets, heads]; nil where there is none.
  let positionBias: Tensor?
  /// The norm before the first block; nil where there is none.
  let embeddingNorm: Norm?
  let blocks: [BlockWeights]
  let finalNorm: Norm
  /// One head, or those on the class and on the distillation token; none in a backbone.
  let heads: [ClassifierHead]
  /// How many parameters there are.
  public let parameterCount: Int

  /// Reads the parameters of a checkpoint by its names; what does not fit is reported by the reader's `finish`.
  public init(
    reading reader: WeightReader, configuration: VisionTransformerConfiguration, naming: CheckpointNaming
  ) {
    self.init(configuration: configuration, naming: naming) { reader.tensor($0, $1) }
  }

  /// Takes the parameters from wherever `source` has them, such as a generator of random numbers.
  ///
  /// - Parameters:
  ///   - configuration: validated sizes and choices.
  ///   - naming: what the parameters are called.
  ///   - source: gives the parameter of a name, in the shape that it is asked for; called once for each.
  public init(
    configuration: VisionTransformerConfiguration, naming: CheckpointNaming,
    from source: (_ name: String, _ shape: Shape) -> Tensor
  ) {
    self = withoutActuallyEscaping(source) {
      Self(configuration, naming, ParameterSource($0, naming: naming.tensor))
    }
  }

  private init(
    _ configuration: VisionTransformerConfiguration, _ naming: CheckpointNaming, _ source: ParameterSource
  ) {
    let width = configuration.width
    self.patch = source.patchProjection(naming.patch, configuration.patch, outputs: width)

    var prefixRows: [Float] = []
    for (name, tokens) in naming.prefixTensors(of: configuration.prefix) {
      prefixRows += source.tensor(name, [1, tokens, width]).elements
    }
    self.prefix = Tensor([prefixRows.count / width, width], prefixRows)

    let positionCount = configuration.positionCount
    self.positions =
      positionCount > 0
      ? source.tensor(naming.positions, [1, positionCount, width]).flattened(to: [positionCount, width])
      : nil
    self.embeddingNorm = configuration.hasEmbeddingNorm ? source.norm(naming.embeddingNorm, width) : nil
    let sizes = configuration.blockSizes
    self.blocks = (0..<configuration.depth).map { BlockWeights(source, naming.block($0), sizes) }
    self.positionBias =
      configuration.positionBias?.isShared == true
      ? naming.positionBias.map { source.tensor($0, configuration.biasTableShape) } : nil
    self.finalNorm = source.norm(naming.finalNorm, width)
    let (classCount, features) = (configuration.classCount, configuration.headInputs)
    switch configuration.classifier {
    case .linear: self.heads = naming.heads.map { .linear(source.linear($0, classCount, features)) }
    case .cosine(let scale, let projectedWidth):
      let projection = projectedWidth.map { source.linear(naming.projection, $0, features, hasBias: false) }
      let vectors = source.tensor(
        naming.tensor(naming.heads[0], .weight), [classCount, projectedWidth ?? features])
      self.heads = [.cosine(CosineHead(vectors: vectors, projection: projection, scale: scale))]
    case .none: self.heads = []
    }
    self.parameterCount = source.count
  }
}
