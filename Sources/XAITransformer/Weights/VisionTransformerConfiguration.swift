public import XAICore
import XAITensor

/// The sizes and choices of a vision transformer.
public struct VisionTransformerConfiguration: Hashable, Sendable {
  /// Where the last layer norm stands.
  public enum FinalNorm: Hashable, Sendable {
    /// On every token, before the tokens are read.
    case onTokens
    /// On what was read; for a class token it makes no difference.
    case afterPooling
    /// Nowhere: the library's class has one and reads the last block's tokens as they are.
    case unused
    /// Nowhere: there is none.
    case absent
  }

  /// Where the layer norms of a block stand.
  public enum NormOrder: Hashable, Sendable {
    /// Before attention and MLP: x + f(Norm(x)).
    case preNorm
    /// After attention and MLP, within the residual: x + Norm(f(x)) (Liu et al. 2022, Swin Transformer V2, arXiv 2111.09883). What is
    /// recorded at a norm is then what the branch adds.
    case resPostNorm
    /// One before both, which see the same and add what they make of it at once: x + f(n) + g(n), n = Norm(x) (Dehghani et al.
    /// 2023, arXiv 2302.05442).
    case parallel
  }

  /// What stands between the two linear layers of an MLP.
  public enum MLP: Hashable, Sendable {
    /// GELU with the error function.
    case gelu
    /// GELU's approximation with tanh.
    case tanhGELU
    /// x·σ(1.702·x), as in CLIP.
    case quickGELU
    /// The first layer gives twice the hidden elements; SiLU of one half is multiplied with the other (Shazeer 2020).
    case swiGLU
    /// That, and a layer norm of the product (Fang et al. 2023, EVA-02, arXiv 2303.11331).
    case normalisedSwiGLU
    /// GELU with the error function, and a layer norm of it (Wang et al. 2023, BEiT-3, arXiv 2208.10442).
    case normalisedGELU

    /// Whether the first layer gives a gate and values.
    public var isGated: Bool { self == .swiGLU || self == .normalisedSwiGLU }
    /// Whether there is a norm before the second layer.
    public var hasNorm: Bool { self == .normalisedSwiGLU || self == .normalisedGELU }
  }

  /// Which tokens have position embeddings, added to them before the blocks.
  public enum Positions: Hashable, Sendable {
    /// None have.
    case none
    /// The patches.
    case patches
    /// The patches and the tokens before them, perhaps without registers.
    case patchesAndPrefix(exceptRegisters: Bool = false)
  }

  /// Which of the linear layers for queries, keys and values have a bias.
  public enum QKVBias: Hashable, Sendable {
    /// None has.
    case none
    /// Those to queries and values.
    case queryAndValue
    /// All three.
    case all

    /// Whether the linear layer for queries (0), keys (1) or values (2) has a bias.
    func hasBias(part: Int) -> Bool { self == .all || self == .queryAndValue && part != 1 }
  }

  /// How logits are made of the features that are read.
  public enum Classifier: Hashable, Sendable {
    /// By a linear layer with a bias.
    case linear
    /// By the cosine with a vector of each class, times `scale`; where `projectedWidth` is a number, a linear layer without
    /// bias makes this many elements of the features first.
    ///
    /// With `bias`, which is added to every logit, each class has a probability of its own, the sigmoid of its logit (Zhai et al.
    /// 2023, SigLIP, arXiv 2303.15343, section 3.2); without it they share one softmax.
    case cosine(scale: Float, bias: Float? = nil, projectedWidth: Int? = nil)
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
  /// Which of the linear layers for queries, keys and values have a bias.
  public var qkvBias: QKVBias
  /// Which tokens have position embeddings.
  public var positions: Positions

  // What only some families have, off at first.

  /// How logits are made of the features that are read.
  public var classifier = Classifier.linear
  /// How position embeddings of patches follow another input size.
  public var positionInterpolation = GridInterpolation.bicubic
  /// Whether attention scores have a bias by the relative position of query and key; nil where they have none.
  public var positionBias: PositionBias?
  /// Whether the patch projection has a bias.
  public var hasPatchBias = true
  /// What pools the tokens where `readout` is an attention pooling; nil otherwise.
  public var pooling: AttentionPooling?
  /// Whether tokens, with their position embeddings, go through a layer norm before the first block.
  public var hasEmbeddingNorm = false
  /// Whether the heads' outputs go through a layer norm before their projection.
  public var hasHeadNorm = false
  /// Where the layer norms of a block stand.
  public var normOrder = NormOrder.preNorm
  /// What is between the layers of the MLP.
  public var mlp = MLP.gelu
  private var transforms: [HashableTransform] = []
  /// What the factors of what each branch adds to a token begin as before training (Touvron and others 2021, arXiv
  /// 2103.17239); nil where there are none.
  public var layerScale: Float?
  /// What neither a configuration nor weights say and had to be assumed, a sentence each, without a full stop.
  public var assumptions: [String] = []

  /// States the sizes and choices; the defaults are those of the first ViT.
  public init(
    imageHeight: Int, imageWidth: Int, patchHeight: Int, patchWidth: Int, width: Int, depth: Int,
    headCount: Int,
    mlpWidth: Int, epsilon: Float, classCount: Int, prefix: [TokenLayout.PrefixToken] = [.classToken],
    readout: TokenLayout.Readout = .classToken, finalNorm: FinalNorm = .onTokens,
    qkvBias: QKVBias = .all, positions: Positions = .patchesAndPrefix()
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
    self.qkvBias = qkvBias
    self.positions = positions
  }

  /// What is done to the queries and keys of each block, in order; nothing at first.
  public var attentionTransforms: [any AttentionTransform] {
    get { transforms.map(\.transform) }
    set { transforms = newValue.map { HashableTransform(transform: $0) } }
  }

  /// Elements of a head.
  public var headWidth: Int { width / headCount }

  /// What the parameters of each block depend on.
  var blockSizes: BlockSizes {
    BlockSizes(
      width: width, headCount: headCount, mlpWidth: mlpWidth, mlp: mlp, qkvBias: qkvBias,
      transforms: attentionTransforms, hasHeadNorm: hasHeadNorm, isParallel: normOrder == .parallel,
      hasLayerScale: layerScale != nil,
      positionBias: hasOwnTables ? biasTableShape : nil,
      positionHiddenWidth: positionBias?.isPerLayer == true ? positionBias?.hiddenWidth : nil)
  }

  /// Whether each block has a table of relative position bias as a parameter.
  var hasOwnTables: Bool { positionBias?.isPerLayer == true && positionBias?.hiddenWidth == nil }

  /// Whether there is one of all blocks.
  var hasSharedTable: Bool { positionBias?.isShared == true && positionBias?.hiddenWidth == nil }

  /// The hidden elements of an MLP that makes one for all blocks; nil where none does.
  var sharedHiddenWidth: Int? { positionBias?.isShared == true ? positionBias?.hiddenWidth : nil }

  /// A table of relative position bias: [offsets, heads].
  var biasTableShape: TensorShape { RelativePositionBias.tableShape(layout.grid, heads: headCount) }

  /// Elements of the features, which a classification head reads.
  package var headInputs: Int { readout == .classAndMeanOfPatches ? 2 * width : width }

  /// Prefix tokens with a position embedding; they are the first ones.
  var positionedPrefixCount: Int {
    switch positions {
    case .none, .patches: 0
    case .patchesAndPrefix(exceptRegisters: false): prefix.count
    case .patchesAndPrefix(exceptRegisters: true): prefix.count { $0 != .register }
    }
  }

  /// Tokens with a position embedding.
  var positionCount: Int { positions == .none ? 0 : positionedPrefixCount + layout.grid.count }

  /// The size of a patch.
  var patch: PatchSize { PatchSize(height: patchHeight, width: patchWidth) }

  /// The tokens at the model's own input size.
  public var layout: TokenLayout { layout(height: imageHeight, width: imageWidth) }

  /// The tokens at another input size.
  func layout(height: Int, width: Int) -> TokenLayout {
    TokenLayout(
      prefix: (pooling == nil ? [] : [.probe]) + prefix, grid: patch.grid(height: height, width: width),
      readout: readout, poolingLayer: pooling == nil ? nil : depth)
  }

  /// Blocks, and the attention pooling where there is one.
  public var layerCount: Int { depth + (pooling == nil ? 0 : 1) }

  /// Throws for sizes that contradict one another, or that no model has and no machine could hold.
  public func validate(file: String) throws(VisionTransformerError) {
    let checks = SizeChecks(file: file)
    try checks.checkImage(height: imageHeight, width: imageWidth, patch)
    try checks.checkBlocks(
      width: width, depth: depth, headCount: headCount, mlpWidth: mlpWidth, epsilon: epsilon)
    if classifier != .none { try checks.checkSize("number of classes", classCount, 1 << 24) }
    try checks.check(
      layerScale?.isFinite ?? true,
      "layer scale begins at \(layerScale ?? 0), and must begin at a finite number")
    try checks.check(
      layerScale == nil || normOrder != .resPostNorm,
      "there is layer scale, and norms after attention and MLP, whose weights are such a scale already")
    if let pooling {
      try checks.checkSize("number of heads of the pooling", pooling.headCount, 65_536)
      try checks.checkSize("MLP width of the pooling", pooling.mlpWidth, 1 << 20)
      try checks.check(
        width % pooling.headCount == 0,
        "the width \(width) can't be split among the \(pooling.headCount) heads of the pooling: it is no multiple"
      )
    }
    try checks.check(
      (readout == .attentionPooling) == (pooling != nil) && (pooling == nil || finalNorm == .onTokens),
      "an attention pooling sees tokens behind the last norm, and is what is read")
    try checks.check(
      positionBias == nil || prefix == [.classToken]
        || prefix.isEmpty && positionBias?.hiddenWidth != nil,
      "relative position bias needs a class token as the only token before the patches, or none where an MLP makes it"
    )
    try checks.check(
      (1...65_536).contains(positionBias?.hiddenWidth ?? 1),
      "the MLP of the position bias has \(positionBias?.hiddenWidth ?? 0) hidden elements")
    for transform in attentionTransforms {
      let reason = transform.reasonAgainst(headCount: headCount, headWidth: headWidth)
      try checks.check(reason == nil, reason ?? "")
    }
  }
}

/// A transform that can be compared with those of other types.
private struct HashableTransform: Hashable, Sendable {
  let transform: any AttentionTransform

  static func == (one: Self, other: Self) -> Bool {
    AnyHashable(one.transform) == AnyHashable(other.transform)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(transform)) }
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
