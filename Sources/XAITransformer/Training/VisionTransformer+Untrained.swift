package import XAICore
public import XAIFoundation
public import XAIImage
public import XAITensor
public import XAIWeights

extension VisionTransformer {
  /// Makes a model that has learnt nothing yet from a directory whose configuration has been read.
  ///
  /// - Parameters:
  ///   - directory: has a `config.json`, perhaps one of an image processor; its weights aren't looked at.
  ///   - architecture: the id of the plugin that makes it.
  ///   - configuration: its sizes and choices; the number of classes is that of `labels`.
  ///   - naming: what the weights will be called.
  ///   - defaults: what models of the family do where no file says it.
  ///   - labels: one per class.
  ///   - random: where the first weights come from.
  ///   - kernels: what the arithmetic runs on.
  /// - Throws: `VisionTransformerError` for contradicting sizes, `ModelError.notTrainable` for more parameters than the
  ///   machine can train, `ConfigurationError`.
  public init(
    untrained directory: ModelDirectory, architecture: String,
    configuration: VisionTransformerConfiguration,
    naming: CheckpointNaming, preprocessing defaults: Preprocessing, labels: [String],
    random: inout SeededRandom, on kernels: any Kernels
  ) throws {
    var configuration = configuration
    configuration.classifier = .linear
    configuration.classCount = labels.count
    try configuration.validate(file: directory.config.file)
    try InitialWeights.checkMemory(
      parameters: configuration.parameterCount(heads: naming.heads.count), model: directory.path)
    let initial = InitialWeights(configuration: configuration, naming: naming, random: &random)
    let weights = VisionTransformerWeights(configuration: configuration, naming: naming, from: initial.tensor)
    try self.init(
      of: directory, architecture: architecture, labels: labels, output: .softmax,
      configuration: configuration,
      weights: weights, naming: naming, preprocessing: defaults, on: kernels)
  }
}

extension VisionTransformerConfiguration {
  /// Parameters of a model with this many classification heads; validated sizes can't overflow it.
  func parameterCount(heads: Int) -> Int {
    let sizes = blockSizes
    let biases = (0..<3).filter { qkvBias.hasBias(part: $0) }.count + 1
    let attention =
      4 * width * width + biases * width
      + sizes.transformParameters.joined().reduce(0) { $0 + $1.shape.count }
    let mlp =
      width * (sizes.expandedWidth + mlpWidth) + sizes.expandedWidth + width
      + (mlp.hasNorm ? 2 * mlpWidth : 0) + (hasHeadNorm ? 2 * width : 0)
    let norm = 2 * width
    let scales = layerScale == nil ? 0 : 2 * width
    let table = biasTableShape.count
    let tables =
      (hasOwnTables ? depth * table : 0) + (hasSharedTable ? table : 0)
      + (positionBias?.hiddenWidth ?? 0) * (headCount + 4)
      * (positionBias?.isPerLayer == true ? depth : 1)
    let pooled = pooling.map {
      4 * width * width + 5 * width + norm + 2 * width * $0.mlpWidth + $0.mlpWidth + width
    }
    return (pooled ?? 0) + width * (patch.valueCount + 1) + (hasEmbeddingNorm ? norm : 0)
      + (prefix.count + positionCount)
      * width + tables
      + depth * (attention + mlp + 2 * norm + scales) + (finalNorm == .absent ? 0 : norm) + heads
      * classCount
      * (headInputs + 1)
  }
}

/// What the parameters of a vision transformer are before it has learnt anything.
///
/// Matrices of linear layers are drawn from a normal distribution of variance 2/(inputs + outputs) (Glorot and Bengio 2010,
/// equation 12), so that signals neither fade nor grow whatever the width; a fixed σ = 0.02, as in DeiT's code, makes
/// narrow models start all but silent. Position embeddings of patches begin as sines and cosines of row and column
/// (Beyer et al. 2022, arXiv 2205.01580): neighbours are alike from the first step. Tokens, their positions and
/// classifiers have σ = 0.02. Norms begin as the identity, biases of linear layers and of scores at 0, layer scale and the parameters of
/// attention's transforms at what the configuration says.
package struct InitialWeights {
  private let seed: UInt64
  /// What the elements of vectors begin as, where not at 0, and those of tables.
  private let constants: [String: Float]
  private let heads: Set<String>
  /// Prefix tokens and position embeddings.
  private let tokens: Set<String>
  private let positions: String
  private let grid: PatchGrid

  /// The deviation of tokens and classifiers.
  static let smallDeviation: Float = 0.02
  /// Where the normal distribution is cut, in σ.
  private static let cut: Float = 2
  /// What is left of the distribution has this deviation, in σ.
  private static let deviationAfterCut: Float = 0.8796

  init(
    configuration: VisionTransformerConfiguration, naming: CheckpointNaming, random: inout SeededRandom
  ) {
    let blocks = (0..<configuration.depth).map(naming.block)
    let pooling = configuration.pooling == nil ? nil : naming.poolingBlock
    let norms =
      (blocks + [pooling].compactMap { $0 }).flatMap {
        [$0.firstNorm, $0.secondNorm, $0.headNorm, $0.mlpNorm]
      } + [naming.embeddingNorm, naming.finalNorm]
    let scales = blocks.flatMap { [$0.firstScale, $0.secondScale] }.compactMap { $0 }
    let tables = ([naming.positionBias] + blocks.map(\.positionBias)).compactMap { $0 }
    let transforms = configuration.blockSizes.transformParameters.joined()
    let constants = Dictionary(
      norms.map { (naming.tensor($0, .weight), 1) } + scales.map { ($0, configuration.layerScale ?? 1) }
        + tables.map { ($0, 0) }
        + blocks.flatMap { names in transforms.map { (names.attentionParameter($0.id), $0.initial) } }
    ) { first, _ in first }
    self.init(
      constants: constants, heads: Set(naming.heads.map { naming.tensor($0, .weight) }),
      tokens: Set(
        naming.prefixTensors(of: configuration.prefix).map(\.name) + [naming.positions, naming.probe]),
      positions: naming.positions, grid: configuration.layout.grid, random: &random)
  }

  /// Draws by names.
  ///
  /// - Parameters:
  ///   - constants: what the elements of vectors begin as, where not at 0, and those of tables.
  ///   - heads: the matrices of classifiers.
  ///   - tokens: prefix tokens and position embeddings.
  ///   - positions: the position embeddings.
  ///   - grid: the patches that they are of.
  ///   - random: gives the seed.
  package init(
    constants: [String: Float], heads: Set<String>, tokens: Set<String>, positions: String, grid: PatchGrid,
    random: inout SeededRandom
  ) {
    self.seed = random.next()
    self.constants = constants
    self.heads = heads
    self.tokens = tokens
    self.positions = positions
    self.grid = grid
  }

  /// Throws where the parameters alone, their gradients and an optimiser's two moments would not fit the machine:
  /// sizes come from a file, and are allocated here without a weight file that bounds them.
  package static func checkMemory(parameters: Int, model: String) throws(ModelError) {
    let bytes = 16 * Double(parameters)
    let limit = MachineLimits.memory
    guard bytes > limit else { return }
    func gigabytes(_ bytes: Double) -> String { String(Int((bytes / 1e9).rounded(.up))) + " GB" }
    throw .notTrainable(
      model: model,
      reason:
        "training \(parameters) parameters takes \(gigabytes(bytes)) of memory at least, and this process may have "
        + "\(gigabytes(limit)); take a smaller width, depth or MLP")
  }

  /// The parameter of a name; it doesn't depend on which others are drawn, and in which order.
  package func tensor(_ name: String, _ shape: TensorShape) -> Tensor {
    let constant = constants[name]
    guard shape.rank > 1 || tokens.contains(name), constant == nil else {
      return Tensor(repeating: constant ?? 0, shape)
    }
    var random = SeededRandom(seed: seed, FNV1a(name).value)
    let isMap = !heads.contains(name) && !tokens.contains(name)
    let fans = Float(shape[0] + shape.count / shape[0])
    let standardDeviation = isMap ? (2 / fans).squareRoot() : Self.smallDeviation
    return Tensor(shape) { elements in
      for index in 0..<shape.count {
        var value = random.normal()
        while abs(value) > Self.cut { value = random.normal() }
        elements[index] = value * standardDeviation / Self.deviationAfterCut
      }
      if name == positions {
        let (count, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
        setWaves(elements + (count - grid.count) * width, width: width)
      }
    }
  }

  /// Sets the embedding of each patch, of row y and column x: a quarter of the width each, sin xω, cos xω, sin yω, cos yω.
  ///
  /// ω falls from 1 towards 1/10,000 in equal ratios (Vaswani and others 2017, section 3.5). Elements beyond four whole
  /// quarters stay.
  private func setWaves(_ elements: UnsafeMutablePointer<Float>, width: Int) {
    let quarter = width / 4
    for patch in 0..<grid.count {
      let (x, y) = (Double(patch % grid.columns), Double(patch / grid.columns))
      for k in 0..<quarter {
        let frequency = power(10_000, -Double(k) / Double(quarter))
        let waves = [sine(x * frequency), cosine(x * frequency), sine(y * frequency), cosine(y * frequency)]
        for (index, wave) in waves.enumerated() {
          elements[patch * width + index * quarter + k] = Float(wave)
        }
      }
    }
  }
}
