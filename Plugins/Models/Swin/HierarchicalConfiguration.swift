public import XAICore
import XAITensor
public import XAITransformer

/// The sizes and choices of a transformer whose tokens become fewer from stage to stage and attend in windows.
public struct HierarchicalConfiguration: Hashable, Sendable, ClassifiedConfiguration {
  /// Blocks that work on the same tokens.
  public struct Stage: Hashable, Sendable {
    /// Blocks; every second one has its windows shifted.
    public var depth: Int
    /// Elements of a token.
    public var width: Int
    /// Attention heads of each block.
    public var headCount: Int
    /// Hidden elements of each MLP.
    public var mlpWidth: Int
    /// Rows and columns of a window, where the grid is larger.
    public var window: Int
    /// Rows and columns of the window of pretraining, by which a continuous position bias counts; 0 for the window's own.
    public var pretrainedWindow: Int

    /// States the sizes of a stage.
    public init(
      depth: Int, width: Int, headCount: Int, mlpWidth: Int, window: Int, pretrainedWindow: Int = 0
    ) {
      self.depth = depth
      self.width = width
      self.headCount = headCount
      self.mlpWidth = mlpWidth
      self.window = window
      self.pretrainedWindow = pretrainedWindow
    }
  }

  /// What becomes of windows where they don't fit the grid.
  public enum Windowing: Hashable, Sendable {
    /// Windows are square. One that spans the shorter side isn't shifted, and must not be larger. The grid is padded before
    /// it is shifted. It is how `transformers` does it.
    case square
    /// Rows and columns by themselves: a window is as large as the grid at most, and one that spans it isn't shifted.
    /// The grid is shifted before it is padded. It is how `timm` does it.
    case eachAxis
    /// Windows are square, and the model's own at any size of the input: of as many rows as the stage has at the model's
    /// size at most, counted by halving without the rest. One of so many rows isn't shifted. The grid is padded before it is
    /// shifted. It is how `transformers` does it for Swin v2.
    case squareOfOwnSize
  }

  /// What the blocks and merges of a version compute.
  public enum Version: Hashable, Sendable {
    /// Norms before the branches and before the reduction of merged tokens, and a table of relative position bias in each
    /// block (Liu and others 2021, arXiv 2103.14030).
    case first
    /// Norms behind them, cosine attention, and a position bias that is a function of the offset (Liu and others 2022,
    /// arXiv 2111.09883).
    case second
  }

  /// Pixels from top to bottom.
  public var imageHeight: Int
  /// Pixels from left to right.
  public var imageWidth: Int
  /// Pixels of a patch from top to bottom.
  public var patchHeight: Int
  /// Pixels of a patch from left to right.
  public var patchWidth: Int
  /// From the patches to the tokens that are read.
  public var stages: [Stage]
  /// What the blocks and merges compute.
  public var version = Version.first
  /// What becomes of windows where they don't fit the grid.
  public var windowing: Windowing
  /// The ε of the blocks' layer norms and of the last.
  public var epsilon: Float
  /// Classes; 0 for a backbone, which has no classifier.
  public var classCount: Int
  /// How logits are made of the features that are read.
  public var classifier = VisionTransformerConfiguration.Classifier.linear
  /// Which of the linear layers for queries, keys and values have a bias.
  public var qkvBias = VisionTransformerConfiguration.QKVBias.all
  /// Whether there are position embeddings, beside the position bias of each block.
  public var hasPositionEmbeddings = false
  /// What is added to the scores between regions of a window that a shift has brought together.
  public var scoreBetweenRegions: Float = -100

  /// States the sizes and choices.
  public init(
    imageHeight: Int, imageWidth: Int, patchHeight: Int, patchWidth: Int, stages: [Stage],
    windowing: Windowing,
    epsilon: Float, classCount: Int
  ) {
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.patchHeight = patchHeight
    self.patchWidth = patchWidth
    self.stages = stages
    self.windowing = windowing
    self.epsilon = epsilon
    self.classCount = classCount
  }

  /// Elements of the features: those of a token of the last stage.
  package var headInputs: Int { stages.last?.width ?? 0 }

  /// The ε of the layer norms between stages and behind the patch projection, which no configuration states.
  static let betweenEpsilon: Float = 1e-5

  /// Blocks of all stages.
  public var layerCount: Int { stages.reduce(0) { $0 + $1.depth } }

  /// The stage of each layer, and the layer's number in it.
  public var layers: [(stage: Int, block: Int)] {
    stages.indices.flatMap { stage in (0..<stages[stage].depth).map { (stage, $0) } }
  }

  /// The size of a patch.
  var patch: PatchSize { PatchSize(height: patchHeight, width: patchWidth) }

  /// Throws for sizes that contradict one another, or that no model has and no machine could hold.
  public func validate(file: String) throws(VisionTransformerError) {
    let checks = SizeChecks(file: file)
    try checks.check(
      (1...32).contains(stages.count), "there are \(stages.count) stages, and must be from 1 to 32")
    try checks.checkImage(height: imageHeight, width: imageWidth, patch)
    for stage in stages {
      try checks.checkBlocks(
        width: stage.width, depth: stage.depth, headCount: stage.headCount, mlpWidth: stage.mlpWidth,
        epsilon: epsilon)
      try checks.check(
        (1...1_024).contains(stage.window), "a window is \(stage.window) wide, and must be from 1 to 1024")
      try checks.check(
        (0...1_024).contains(stage.pretrainedWindow),
        "a window of pretraining is \(stage.pretrainedWindow) wide, and must be from 0 to 1024")
    }
    if classCount != 0 { try checks.checkSize("number of classes", classCount, 1 << 24) }
    try checks.check(layerCount <= 1_000, "there are \(layerCount) blocks, and must be at most 1000")
    guard let reason = reasonAgainst(height: imageHeight, width: imageWidth) else { return }
    throw .contradiction(file: file, reason: reason)
  }
}

/// The tokens of each layer.
extension HierarchicalConfiguration {
  /// Why inputs of a size can't be taken; nil where they can.
  func reasonAgainst(height: Int, width: Int) -> String? {
    guard patch.divides(height: height, width: width), height <= 16_384, width <= 16_384 else {
      return
        "an input of \(height)×\(width) pixels can't be cut into patches of \(patchHeight)×\(patchWidth); "
        + "both sides must be multiples of the patch"
    }
    let tokens = height / patchHeight * (width / patchWidth)
    guard tokens <= 1 << 20 else {
      return "an input of \(height)×\(width) pixels has \(tokens) tokens, and must have at most \(1 << 20)"
    }
    let isOwn = height == imageHeight && width == imageWidth
    switch windowing {
    case .eachAxis where !isOwn:
      return
        "its windows are made for \(imageHeight)×\(imageWidth) pixels, and an input has \(height)×\(width)"
    case .square:
      if hasPositionEmbeddings, !isOwn {
        return
          "its position embeddings are for \(imageHeight)×\(imageWidth) pixels, and an input has \(height)×\(width)"
      }
      for (stage, grid) in grids(height: height, width: width).enumerated()
      where min(grid.rows, grid.columns) < stages[stage].window {
        return
          "a window of \(stages[stage].window)×\(stages[stage].window) is larger than the \(grid) tokens of stage "
          + "\(stage + 1) of an input of \(height)×\(width) pixels"
      }
      return nil
    case .squareOfOwnSize:
      guard let empty = stages.indices.first(where: { ownRows(ofStage: $0) == 0 }) else { return nil }
      return
        "the \(imageHeight / patchHeight) rows of patches of its own size can't be halved until stage \(empty + 1)"
    case .eachAxis: return nil
    }
  }

  /// The rows of a stage at the model's own size, counted by halving without the rest.
  private func ownRows(ofStage stage: Int) -> Int { (imageHeight / patchHeight) >> stage }

  /// The tokens of each stage.
  private func grids(height: Int, width: Int) -> [PatchGrid] {
    var grids = [PatchGrid(rows: height / patchHeight, columns: width / patchWidth)]
    while grids.count < stages.count { grids.append(TokenMerge(grids[grids.count - 1]).coarse) }
    return grids
  }

  /// The window of a stage on a grid.
  func window(ofStage stage: Int, on grid: PatchGrid) -> PatchGrid {
    let window = stages[stage].window
    switch windowing {
    case .square: return PatchGrid(rows: window, columns: window)
    case .eachAxis: return PatchGrid(rows: min(window, grid.rows), columns: min(window, grid.columns))
    case .squareOfOwnSize:
      let side = min(window, ownRows(ofStage: stage))
      return PatchGrid(rows: side, columns: side)
    }
  }

  /// The windows of a block; nil where one window is the whole grid, in its own order.
  private func windows(ofStage stage: Int, on grid: PatchGrid, isShifted: Bool) -> AttentionWindows? {
    let shape = window(ofStage: stage, on: grid)
    func shift(_ window: Int, _ count: Int) -> Int { isShifted && count > window ? window / 2 : 0 }
    let rows =
      switch windowing {
      case .square: shift(shape.rows, min(grid.rows, grid.columns))
      case .eachAxis: shift(shape.rows, grid.rows)
      case .squareOfOwnSize: shift(shape.rows, ownRows(ofStage: stage))
      }
    let columns = windowing == .eachAxis ? shift(shape.columns, grid.columns) : rows
    guard shape != grid || rows > 0 || columns > 0 else { return nil }
    return AttentionWindows(
      grid: grid, shape: shape, shift: PatchGrid(rows: rows, columns: columns),
      padding: windowing == .eachAxis ? .afterShift : .beforeShift)
  }

  /// The tokens at the model's own input size.
  public var layout: TokenLayout { layout(height: imageHeight, width: imageWidth) }

  /// The tokens at an input size that the model can take.
  func layout(height: Int, width: Int) -> TokenLayout {
    let grids = self.grids(height: height, width: width)
    var layers: [LayerTokens] = []
    for (stage, sizes) in stages.enumerated() {
      let windows = [false, true].map { self.windows(ofStage: stage, on: grids[stage], isShifted: $0) }
      layers += (0..<sizes.depth).map { block in
        LayerTokens(
          grid: grids[stage], windows: windows[block % 2],
          merge: stage > 0 && block == 0 ? TokenMerge(grids[stage - 1]) : nil)
      }
    }
    return TokenLayout(prefix: [], grid: grids[0], readout: .meanOfPatches, layers: layers)
  }

  /// What is done to queries and keys.
  var attentionTransforms: [any AttentionTransform] { version == .first ? [] : [CosineAttention()] }

  /// The table of a stage's position bias at the model's own input size: [offsets, heads].
  func biasTableShape(ofStage stage: Int) -> [Int] {
    let grid = grids(height: imageHeight, width: imageWidth)[stage]
    return [
      RelativeOffsets(grid: window(ofStage: stage, on: grid), hasClassToken: false).count,
      stages[stage].headCount,
    ]
  }
}

extension HierarchicalConfiguration {
  /// The layers of a model of these sizes.
  public var layerDescriptors: [LayerDescriptor] {
    layers.map { layer in
      let stage = stages[layer.stage]
      return EncoderBlock.descriptor(
        width: stage.width, headCount: stage.headCount, mlpWidth: stage.mlpWidth)
    }
  }
}
