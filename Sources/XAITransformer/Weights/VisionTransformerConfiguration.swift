public import XAICore
import XAITensor

/// The sizes and choices of a vision transformer of pre-norm blocks.
public struct VisionTransformerConfiguration: Hashable, Sendable {
  /// Where the last layer norm stands.
  public enum FinalNorm: Hashable, Sendable {
    /// On every token, before the tokens are read.
    case onTokens
    /// On what was read; for a class token it makes no difference.
    case afterPooling
  }

  /// What stands between the two linear maps of an MLP.
  public enum MLP: Hashable, Sendable {
    /// GELU with the error function.
    case gelu
    /// The first map gives twice the hidden elements; SiLU of one half is multiplied with the other (Shazeer 2020).
    case swiGLU
  }

  /// How logits are made of the features that are read.
  public enum Classifier: Hashable, Sendable {
    /// By a linear map with a bias.
    case linear
    /// By the cosine with a vector of each class, times `scale`; where `projectedWidth` is a number, a linear map without
    /// bias makes so many elements of the features first.
    case cosine(scale: Float, projectedWidth: Int? = nil)
    /// Not at all: a backbone.
    case none
  }

  /// Pixels from top to bottom.
  public var imageHeight: Int
  /// Pixels from left to right.
  public var imageWidth: Int
  /// Pixels of a patch from top to bottom.
  public var patchHeight: Int
  /// Pixels of a patch from left to right.
  public var patchWidth: Int
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
  /// Classes; 0 where there is no classifier.
  public var classCount: Int
  /// Tokens before the patches, in order.
  public var prefix: [TokenLayout.PrefixToken]
  /// Where the logits are read from.
  public var readout: TokenLayout.Readout
  /// Where the last layer norm stands.
  public var finalNorm: FinalNorm
  /// Whether queries, keys and values have a bias.
  public var hasQueryKeyValueBias: Bool
  /// Whether prefix tokens have position embeddings too.
  public var embedsPrefixPositions: Bool

  // What only some families have, off at first.

  /// How logits are made of the features that are read.
  public var classifier = Classifier.linear
  /// Whether keys have a bias, where queries and values do.
  public var hasKeyBias = true
  /// Whether there are position embeddings at all.
  public var hasPositionEmbeddings = true
  /// Whether registers have position embeddings, where other prefix tokens do.
  public var embedsRegisterPositions = true
  /// How position embeddings of patches follow another input size.
  public var positionInterpolation = GridInterpolation.bicubic
  /// Whether attention scores have a bias by the relative position of query and key; nil where they have none.
  public var positionBias: PositionBias?
  /// What is between the maps of the MLP.
  public var mlp = MLP.gelu
  /// What the factors of what each branch adds to a token begin as before training (Touvron and others 2021, arXiv
  /// 2103.17239); nil where there are none.
  public var layerScale: Float?

  /// States the sizes and choices; the defaults are those of the first ViT.
  public init(
    imageHeight: Int, imageWidth: Int, patchHeight: Int, patchWidth: Int, width: Int, depth: Int,
    headCount: Int,
    mlpWidth: Int, epsilon: Float, classCount: Int, prefix: [TokenLayout.PrefixToken] = [.classToken],
    readout: TokenLayout.Readout = .classToken, finalNorm: FinalNorm = .onTokens,
    hasQueryKeyValueBias: Bool = true, embedsPrefixPositions: Bool = true
  ) {
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.patchHeight = patchHeight
    self.patchWidth = patchWidth
    self.width = width
    self.depth = depth
    self.headCount = headCount
    self.mlpWidth = mlpWidth
    self.epsilon = epsilon
    self.classCount = classCount
    self.prefix = prefix
    self.readout = readout
    self.finalNorm = finalNorm
    self.hasQueryKeyValueBias = hasQueryKeyValueBias
    self.embedsPrefixPositions = embedsPrefixPositions
  }

  /// Elements of a head.
  public var headWidth: Int { width / headCount }

  /// Whether the linear map to queries (0), keys (1) or values (2) has a bias.
  func hasBias(part: Int) -> Bool { hasQueryKeyValueBias && (part != 1 || hasKeyBias) }

  /// Elements that the MLP's first map gives.
  var expandedWidth: Int { mlp == .swiGLU ? 2 * mlpWidth : mlpWidth }

  /// Elements of the features, which a classification head reads.
  var headInputs: Int { readout == .classAndMeanOfPatches ? 2 * width : width }

  /// Prefix tokens with a position embedding; they are the first ones.
  var positionedPrefixCount: Int {
    guard hasPositionEmbeddings, embedsPrefixPositions else { return 0 }
    return embedsRegisterPositions ? prefix.count : prefix.count { $0 != .register }
  }

  /// Tokens with a position embedding.
  var positionCount: Int { hasPositionEmbeddings ? positionedPrefixCount + layout.grid.count : 0 }

  /// Values of a patch, three planes.
  var patchValueCount: Int { 3 * patchHeight * patchWidth }

  /// The patch projection as checkpoints hold it, a convolution.
  var patchShape: Shape { [width, 3, patchHeight, patchWidth] }

  /// The tokens at the model's own input size.
  public var layout: TokenLayout { layout(height: imageHeight, width: imageWidth) }

  /// The tokens at another input size.
  func layout(height: Int, width: Int) -> TokenLayout {
    TokenLayout(
      prefix: prefix, grid: Grid(rows: height / patchHeight, columns: width / patchWidth), readout: readout)
  }

  /// Whether patches cover an input without a rest.
  func isMultipleOfPatch(height: Int, width: Int) -> Bool {
    height >= patchHeight && width >= patchWidth && height % patchHeight == 0 && width % patchWidth == 0
  }

  /// Throws for sizes that contradict one another, or that no model has and no machine could hold.
  public func validate(file: String) throws(VisionTransformerError) {
    func check(_ isRight: Bool, _ reason: @autoclosure () -> String) throws(VisionTransformerError) {
      guard isRight else { throw .contradiction(file: file, reason: reason()) }
    }
    let sizes =
      [
        ("image height", imageHeight, 16_384), ("image width", imageWidth, 16_384),
        ("patch height", patchHeight, 16_384), ("patch width", patchWidth, 16_384), ("width", width, 65_536),
        ("depth", depth, 1_000), ("number of heads", headCount, 65_536), ("MLP width", mlpWidth, 1 << 20),
      ]
      + (classifier == .none ? [] : [("number of classes", classCount, 1 << 24)])
    for (name, size, limit) in sizes {
      try check((1...limit).contains(size), "the \(name) is \(size), and must be from 1 to \(limit)")
    }
    try check(
      width % headCount == 0, "the width \(width) can't be split among \(headCount) heads: it is no multiple")
    try check(
      imageHeight >= patchHeight && imageWidth >= patchWidth,
      "an image of \(imageHeight)×\(imageWidth) is smaller than a patch of \(patchHeight)×\(patchWidth)")
    try check(
      epsilon > 0 && epsilon < 1, "the layer norm's epsilon is \(epsilon), and must be between 0 and 1")
    try check(
      layerScale?.isFinite ?? true,
      "layer scale begins at \(layerScale ?? 0), and must begin at a finite number")
    try check(
      positionBias == nil || prefix == [.classToken],
      "relative position bias needs a class token as the only token before the patches")
  }
}

/// Why a checkpoint can't be made into a vision transformer.
public enum VisionTransformerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Sizes of a configuration contradict one another.
  case contradiction(file: String, reason: String)
  /// A configuration asks for what is not supported.
  case unsupported(file: String, key: String, value: String, supported: String)

  /// What was wrong, where, and what is supported.
  public var description: String {
    switch self {
    case .contradiction(let file, let reason): "\(file): \(reason)"
    case .unsupported(let file, let key, let value, let supported):
      "\(file): \(key) is \(value), which is not supported; supported: \(supported)"
    }
  }
}
