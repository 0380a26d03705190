import XAICore
import XAIFoundation
public import XAITensor
public import XAITransformer
public import XAIWeights

/// A transformer that makes one vector of a text, such as the text tower of CLIP (Radford and others 2021, arXiv 2103.00020,
/// section 2.4): token and position embeddings, blocks in which a token attends to itself and to those before it, or to all, a
/// layer norm, and a projection of one token.
///
/// It runs forward only: texts are made into class vectors when a model is loaded.
public struct TextTransformer: Sendable {
  /// Its sizes and choices.
  public struct Configuration: Hashable, Sendable {
    /// Tokens that there are.
    public var vocabularySize: Int
    /// Tokens of a text at most.
    public var contextLength: Int
    /// Elements of a token.
    public var width: Int
    /// Blocks.
    public var depth: Int
    /// Attention heads of each block.
    public var headCount: Int
    /// Hidden elements of each MLP.
    public var mlpWidth: Int
    /// The ε of every layer norm.
    public var epsilon: Float
    /// What stands between the two linear layers of an MLP.
    public var mlp: VisionTransformerConfiguration.MLP
    /// Elements of a text's vector.
    public var projectedWidth: Int
    /// Whether a token attends to itself and those before it alone; to all otherwise, so that padding counts.
    public var isCausal = true
    /// Whether the projection has a bias.
    public var hasProjectionBias = false

    /// States all of it.
    public init(
      vocabularySize: Int, contextLength: Int, width: Int, depth: Int, headCount: Int, mlpWidth: Int,
      epsilon: Float, mlp: VisionTransformerConfiguration.MLP, projectedWidth: Int
    ) {
      self.vocabularySize = vocabularySize
      self.contextLength = contextLength
      self.width = width
      self.depth = depth
      self.headCount = headCount
      self.mlpWidth = mlpWidth
      self.epsilon = epsilon
      self.mlp = mlp
      self.projectedWidth = projectedWidth
    }

    /// Throws for sizes that contradict one another, or that no model has.
    public func validate(file: String) throws(VisionTransformerError) {
      let checks = SizeChecks(file: file)
      try checks.checkSize("vocabulary of the text tower", vocabularySize, 1 << 24)
      try checks.checkSize("number of tokens of a text", contextLength, 65_536)
      try checks.checkSize("width of a text's vector", projectedWidth, 65_536)
      try checks.checkBlocks(
        width: width, depth: depth, headCount: headCount, mlpWidth: mlpWidth, epsilon: epsilon)
    }
  }

  /// What a checkpoint calls its parameters.
  public struct Naming: Sendable {
    /// [vocabulary, width].
    public var tokens: String
    /// [context length, width].
    public var positions: String
    /// The names of a block, by its index.
    public var block: @Sendable (Int) -> CheckpointNaming.Block
    /// The last layer norm.
    public var finalNorm: String
    /// The tensor of the projection; where it has a bias, its linear layer.
    public var projection: String
    /// Whether the projection is [width, vector's elements] and not the reverse.
    public var isProjectionTransposed = false
    /// The tensor that holds a parameter of a linear layer or norm, by the name of the layer or norm.
    public var tensor: @Sendable (_ owner: String, _ parameter: CheckpointNaming.Parameter) -> String = {
      "\($0).\($1.rawValue)"
    }

    /// Names them.
    public init(
      tokens: String, positions: String, block: @escaping @Sendable (Int) -> CheckpointNaming.Block,
      finalNorm: String, projection: String
    ) {
      self.tokens = tokens
      self.positions = positions
      self.block = block
      self.finalNorm = finalNorm
      self.projection = projection
    }
  }

  /// A text as its tower reads it.
  public struct Tokens: Hashable, Sendable {
    /// The tokens by their numbers, the first and the last one included.
    public var ids: [Int]
    /// The place of the token whose vector is that of the text.
    public var pooled: Int

    /// Takes both as they are.
    public init(_ ids: [Int], pooled: Int) { (self.ids, self.pooled) = (ids, pooled) }
  }

  /// Its sizes and choices.
  public let configuration: Configuration
  private let tokens: Tensor
  private let positions: Tensor
  private let blocks: [BlockWeights]
  private let finalNorm: Norm
  private let projection: Linear
  private let kernels: any Kernels

  /// Reads the parameters of a checkpoint; what does not fit is reported by the reader's `finish`, before anything is computed.
  public init(
    reading reader: WeightReader, _ configuration: Configuration, _ naming: Naming,
    on kernels: any Kernels
  ) {
    let source = ParameterSource({ reader.tensor($0, $1) }, naming: naming.tensor)
    let width = configuration.width
    let sizes = BlockSizes(
      width: width, headCount: configuration.headCount, mlpWidth: configuration.mlpWidth,
      mlp: configuration.mlp)
    self.configuration = configuration
    self.kernels = kernels
    tokens = source.tensor(naming.tokens, [configuration.vocabularySize, width])
    positions = source.tensor(naming.positions, [configuration.contextLength, width])
    blocks = (0..<configuration.depth).map { BlockWeights(source, naming.block($0), sizes) }
    finalNorm = source.norm(naming.finalNorm, width)
    let projected = configuration.projectedWidth
    guard !configuration.hasProjectionBias else {
      projection = source.linear(naming.projection, projected, width)
      return
    }
    projection = Linear(
      weight: naming.isProjectionTransposed
        ? source.tensor(naming.projection, [width, projected]).transposed(rows: width, columns: projected)
        : source.tensor(naming.projection, [projected, width]), bias: nil)
  }

  /// Texts in one pass.
  private static let batchSize = 32

  /// The vectors of texts, [texts, elements]; their lengths aren't 1.
  ///
  /// Traps for tokens that the vocabulary hasn't got, and for more than the context holds.
  public func vectors(of texts: [Tokens]) throws(CancellationError) -> Tensor {
    let width = configuration.projectedWidth
    var result = [Float](repeating: 0, count: texts.count * width)
    // Texts of about the same length are one batch, so that few tokens are there for nothing.
    let order = texts.indices.sorted { (texts[$0].ids.count, $0) < (texts[$1].ids.count, $1) }
    for start in stride(from: 0, to: order.count, by: Self.batchSize) {
      if Task.isCancelled { throw CancellationError() }
      let places = order[start..<min(start + Self.batchSize, order.count)]
      let vectors = pass(places.map { texts[$0] }).elements
      for (row, place) in places.enumerated() {
        result.replaceSubrange(
          place * width..<(place + 1) * width, with: vectors[row * width..<(row + 1) * width])
      }
    }
    return Tensor([texts.count, width], result)
  }

  /// The vectors of some texts, all of the longest one's length, where no token sees what comes behind it; where tokens see all,
  /// texts of one length.
  private func pass(_ texts: [Tokens]) -> Tensor {
    let (width, count) = (configuration.width, texts.map(\.ids.count).max() ?? 0)
    require(
      count <= configuration.contextLength, "a text has at most \(configuration.contextLength) tokens")
    require(
      configuration.isCausal || texts.allSatisfy { $0.ids.count == count },
      "texts whose tokens see all are of one length")
    var x = embedded(texts, count: count)
    let mask = configuration.isCausal ? Self.mask(count, heads: configuration.headCount) : nil
    for block in blocks {
      let encoder = EncoderBlock(
        weights: block, heads: configuration.headCount, epsilon: configuration.epsilon,
        mlp: configuration.mlp, kernels: kernels)
      x = encoder.forward(x, recording: Recording(), bias: mask).output
    }
    let pooled = x.gathering(
      texts.enumerated().map { $0.offset * count + $0.element.pooled }, columns: width,
      shape: [texts.count, width])
    let (normed, _) = kernels.layerNorm(
      pooled, weight: finalNorm.weight, bias: finalNorm.bias, epsilon: configuration.epsilon)
    return kernels.apply(projection, to: normed).onHost("vectors of texts")
  }

  private func embedded(_ texts: [Tokens], count: Int) -> Tensor {
    let width = configuration.width
    return Tensor([texts.count, count, width]) { result in
      tokens.withElements { tokens in
        positions.withElements { positions in
          for (text, tokensOfText) in texts.enumerated() {
            for (place, id) in tokensOfText.ids.enumerated() {
              require((0..<configuration.vocabularySize).contains(id), "there is no token \(id)")
              let row = (text * count + place) * width
              for i in 0..<width { result[row + i] = tokens[id * width + i] + positions[place * width + i] }
            }
            for i in (text * count + tokensOfText.ids.count) * width..<(text + 1) * count * width {
              result[i] = 0
            }
          }
        }
      }
    }
  }

  /// What keeps a token from seeing those behind it, [1, heads, N, N]: so much less than any score that nothing is left of
  /// their attention.
  private static func mask(_ count: Int, heads: Int) -> Tensor {
    Tensor([1, heads, count, count]) { mask in
      for head in 0..<heads {
        for row in 0..<count {
          for column in 0..<count {
            mask[(head * count + row) * count + column] = column > row ? -1e9 : 0
          }
        }
      }
    }
  }
}
