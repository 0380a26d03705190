import XAICore
import XAIFoundation
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
  /// What makes such a table; nil where nothing does.
  let positionMLP: PositionMLP?
  /// The norm before the first block; nil where there is none.
  let embeddingNorm: Norm?
  var blocks: [BlockWeights]
  /// Nil where there is none.
  let finalNorm: Norm?
  /// What pools the tokens; nil where nothing but reading does.
  let pooling: PoolingWeights?
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
    from source: (_ name: String, _ shape: TensorShape) -> Tensor
  ) {
    self = withoutActuallyEscaping(source) {
      Self(configuration, naming, ParameterSource($0, naming: naming.tensor))
    }
  }

  private init(
    _ configuration: VisionTransformerConfiguration, _ naming: CheckpointNaming, _ source: ParameterSource
  ) {
    let width = configuration.width
    self.patch = source.patchProjection(
      naming.patch, configuration.patch, outputs: width, hasBias: configuration.hasPatchBias)

    var prefixRows: [Float] = []
    for (name, tokens) in naming.prefixTensors(of: configuration.prefix) {
      prefixRows += source.tensor(name, naming.prefixShape(tokens: tokens, width: width)).elements
    }
    self.prefix = Tensor([prefixRows.count / width, width], prefixRows)

    let positionCount = configuration.positionCount
    self.positions =
      positionCount > 0
      ? source.tensor(naming.positions, naming.tokenShape(tokens: positionCount, width: width))
        .flattened(to: [positionCount, width])
      : nil
    self.embeddingNorm = configuration.hasEmbeddingNorm ? source.norm(naming.embeddingNorm, width) : nil
    let sizes = configuration.blockSizes
    let stacks = StackedParameters(source, naming, sizes, depth: configuration.depth)
    self.blocks = (0..<configuration.depth).map { layer in
      BlockWeights(source, naming.block(layer), sizes) { stacks.part($0, ofLayer: layer) }
    }
    self.positionBias =
      configuration.hasSharedTable
      ? naming.positionBias.map { source.tensor($0, configuration.biasTableShape) } : nil
    self.positionMLP = configuration.sharedHiddenWidth.flatMap { hidden in
      naming.positionMLP.map {
        PositionMLP(source, $0, hidden: hidden, heads: configuration.headCount)
      }
    }
    self.pooling = configuration.pooling.map { PoolingWeights(source, naming, $0, width: width) }
    let isNormed = configuration.finalNorm != .absent
    self.finalNorm = pooling?.block.firstNorm ?? (isNormed ? source.norm(naming.finalNorm, width) : nil)
    let (classCount, features) = (configuration.classCount, configuration.headInputs)
    switch configuration.classifier {
    case .linear: self.heads = naming.heads.map { .linear(source.linear($0, classCount, features)) }
    case .cosine(let scale, let bias, let projectedWidth):
      let projection = projectedWidth.map { width in
        let shape: TensorShape = naming.isProjectionTransposed ? [features, width] : [width, features]
        let stored = source.tensor(naming.tensor(naming.projection, .weight), shape)
        return Linear(weight: naming.arrangedProjection(stored), bias: nil)
      }
      let vectors = source.tensor(
        naming.tensor(naming.heads[0], .weight), [classCount, projectedWidth ?? features])
      self.heads = [
        .cosine(CosineHead(vectors: vectors, projection: projection, scale: scale, bias: bias ?? 0))
      ]
    case .none: self.heads = []
    }
    self.parameterCount = source.count
  }
}

/// Pixels of a patch.
package struct PatchSize: Hashable, Sendable {
  let height: Int
  let width: Int

  /// A patch of some rows and columns of pixels.
  package init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

  /// Values of a patch, three planes.
  package var valueCount: Int { 3 * height * width }

  /// A patch projection as checkpoints hold it, a convolution.
  package func projectionShape(outputs: Int) -> TensorShape { [outputs, 3, height, width] }

  /// Whether patches cover an input without a rest.
  package func divides(height: Int, width: Int) -> Bool {
    height >= self.height && width >= self.width && height % self.height == 0 && width % self.width == 0
  }

  /// The patches of an input.
  func grid(height: Int, width: Int) -> PatchGrid {
    PatchGrid(rows: height / self.height, columns: width / self.width)
  }
}

/// Whether the sizes that a configuration file states can be those of a model.
package struct SizeChecks {
  let file: String

  /// Checks of a file.
  package init(file: String) { self.file = file }

  package func check(_ isRight: Bool, _ reason: @autoclosure () -> String) throws(VisionTransformerError) {
    guard isRight else { throw .contradiction(file: file, reason: reason()) }
  }

  package func checkSize(_ name: String, _ size: Int, _ limit: Int) throws(VisionTransformerError) {
    try check((1...limit).contains(size), "the \(name) is \(size), and must be from 1 to \(limit)")
  }

  package func checkImage(height: Int, width: Int, _ patch: PatchSize) throws(VisionTransformerError) {
    try checkSize("image height", height, 16_384)
    try checkSize("image width", width, 16_384)
    try checkSize("patch height", patch.height, 16_384)
    try checkSize("patch width", patch.width, 16_384)
    try check(
      height >= patch.height && width >= patch.width,
      "an image of \(height)×\(width) is smaller than a patch of \(patch.height)×\(patch.width)")
  }

  package func checkBlocks(
    width: Int, depth: Int, headCount: Int, mlpWidth: Int, epsilon: Float
  ) throws(VisionTransformerError) {
    try checkSize("width", width, 65_536)
    try checkSize("depth", depth, 1_000)
    try checkSize("number of heads", headCount, 65_536)
    try checkSize("MLP width", mlpWidth, 1 << 20)
    try check(
      width % headCount == 0, "the width \(width) can't be split among \(headCount) heads: it is no multiple")
    try check(
      epsilon > 0 && epsilon < 1, "the layer norm's epsilon is \(epsilon), and must be between 0 and 1")
  }
}

extension VisionTransformerWeights: CustomStringConvertible {
  /// The number of blocks and parameters.
  public var description: String {
    "\(counted(blocks.count, "block")), \(counted(parameterCount, "parameter"))"
  }
}
