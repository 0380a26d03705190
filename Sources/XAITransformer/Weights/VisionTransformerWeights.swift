import XAICore
public import XAITensor
public import XAIWeights

/// The parameters of a linear map: y = x·weightᵀ + bias.
struct Linear: Sendable {
  /// [outputs, inputs].
  let weight: Tensor
  /// [outputs].
  let bias: Tensor?

  var outputs: Int { weight.shape[0] }
  var inputs: Int { weight.shape[1] }
}

/// The parameters of a layer norm, both [width].
struct Norm: Sendable {
  let weight: Tensor
  let bias: Tensor
}

/// The parameters of one block.
struct BlockWeights: Sendable {
  let firstNorm: Norm
  /// One map to queries, keys and values together, or three.
  let queryKeyValue: [Linear]
  let projection: Linear
  let secondNorm: Norm
  let expansion: Linear
  let contraction: Linear
  /// Factors of what attention and MLP add, [width]; nil without layer scale.
  let firstScale: Tensor?
  let secondScale: Tensor?
  /// Relative position bias, [offsets, heads]; nil where the block has none of its own.
  let positionBias: Tensor?
}

/// The parameters of a vision transformer, as its checkpoint holds them.
public struct VisionTransformerWeights: Sendable {
  /// [width, 3 · patch height · patch width].
  let patch: Linear
  /// [prefix tokens, width].
  let prefix: Tensor
  /// [tokens with a position embedding, width].
  let positions: Tensor
  /// Relative position bias of all blocks, [offsets, heads]; nil where there is none.
  let positionBias: Tensor?
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
    let (width, mlpWidth) = (configuration.width, configuration.mlpWidth)
    func tensor(_ name: String, _ shape: Shape) -> Tensor { source.tensor(name, shape) }
    func linear(_ name: String, _ outputs: Int, _ inputs: Int, hasBias: Bool = true) -> Linear {
      source.linear(name, outputs, inputs, hasBias: hasBias)
    }
    func norm(_ name: String) -> Norm { source.norm(name, width) }

    self.patch = source.patchProjection(naming.patch, configuration)

    var prefixRows: [Float] = []
    for (name, tokens) in naming.prefixTensors(of: configuration.prefix) {
      prefixRows += tensor(name, [1, tokens, width]).elements
    }
    self.prefix = Tensor([prefixRows.count / width, width], prefixRows)

    let positionCount = configuration.positionCount
    self.positions =
      configuration.hasPositionEmbeddings
      ? tensor(naming.positions, [1, positionCount, width]).flattened(to: [positionCount, width])
      : Tensor([0, width], [])

    func scale(_ name: String?) -> Tensor? {
      configuration.layerScale == nil ? nil : name.map { tensor($0, [width]) }
    }
    func table(_ name: String?, if isThere: Bool?) -> Tensor? {
      isThere == true ? name.map { tensor($0, configuration.biasTableShape) } : nil
    }
    /// Maps to queries, keys and values, together or apart.
    func queryKeyValue(_ names: CheckpointNaming.Block) -> [Linear] {
      guard let biases = names.separateBiases else {
        return names.queryKeyValue.enumerated().map {
          linear(
            $1, 3 * width / names.queryKeyValue.count, width, hasBias: configuration.hasBias(part: $0))
        }
      }
      let weight = tensor(naming.tensor(names.queryKeyValue[0], .weight), [3 * width, width])
      guard configuration.hasQueryKeyValueBias else { return [Linear(weight: weight, bias: nil)] }
      let (query, value) = (tensor(biases.query, [width]), tensor(biases.value, [width]))
      return [
        Linear(
          weight: weight,
          bias: Tensor(
            [3 * width], query.elements + [Float](repeating: 0, count: width) + value.elements))
      ]
    }

    self.blocks = (0..<configuration.depth).map { index in
      let names = naming.block(index)
      return BlockWeights(
        firstNorm: norm(names.firstNorm),
        queryKeyValue: queryKeyValue(names),
        projection: linear(names.projection, width, width), secondNorm: norm(names.secondNorm),
        expansion: linear(names.expansion, configuration.expandedWidth, width),
        contraction: linear(names.contraction, width, mlpWidth),
        firstScale: scale(names.firstScale), secondScale: scale(names.secondScale),
        positionBias: table(names.positionBias, if: configuration.positionBias?.isPerLayer))
    }
    self.positionBias = table(naming.positionBias, if: configuration.positionBias?.isShared)
    self.finalNorm = norm(naming.finalNorm)
    let (classCount, features) = (configuration.classCount, configuration.headInputs)
    switch configuration.classifier {
    case .linear: self.heads = naming.heads.map { .linear(linear($0, classCount, features)) }
    case .cosine(let scale, let projectedWidth):
      let projection = projectedWidth.map { linear(naming.projection, $0, features, hasBias: false) }
      let vectors = tensor(naming.tensor(naming.heads[0], .weight), [classCount, projectedWidth ?? features])
      self.heads = [.cosine(CosineHead(vectors: vectors, projection: projection, scale: scale))]
    case .none: self.heads = []
    }
    self.parameterCount = source.count
  }
}
