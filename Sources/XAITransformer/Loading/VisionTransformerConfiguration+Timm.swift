import XAICore
import XAITensor
public import XAIWeights

extension VisionTransformerConfiguration {
  /// Reads the `config.json` of a timm vision transformer.
  ///
  /// timm states `model_args` only where they differ from what the name of the architecture implies. Sizes are those of the
  /// tensors; what can't be seen there is what timm's constructor makes of the name (`TimmArchitecture`), and of a name
  /// that timm doesn't register an assumption, which is said.
  ///
  /// - Parameters:
  ///   - config: the configuration.
  ///   - weights: the opened weights of the directory.
  ///   - pooling: the family's `global_pool`, where neither name nor configuration implies one.
  ///   - needsPositions: whether a model of the family always has position embeddings, where its name isn't registered.
  /// - Throws: `ConfigurationError` for a key of the wrong kind, `VisionTransformerError` for what is unsupported.
  public init(
    timm config: Configuration, weights: WeightStore, pooling: String = "token", needsPositions: Bool = true
  ) throws {
    let timm = TimmModel(config, weights)
    try timm.checkName()
    let pooling = try timm.pooling(default: pooling)
    try timm.checkTensors(pooling: pooling)
    let patch = try timm.shape("patch_embed.proj.weight", rank: 4)
    let (width, prefix) = (patch[0], timm.prefix)
    guard patch[2] > 0, patch[3] > 0 else {
      throw VisionTransformerError.contradiction(
        file: weights.path, reason: "its patches are \(patch[2])×\(patch[3])")
    }
    try timm.checkArguments(patch: [patch[2], patch[3]], width: width)
    let mlp = try timm.mlp()
    let classCount = try timm.classCount()
    // Without heads, timm's features are the mean of both tokens.
    let isDistilled =
      weights["head_dist.weight"] != nil || (classCount == 0 && prefix.contains(.distillation))
    let image = try Self.imageSize(timm: config)
    self.init(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch[2], patchWidth: patch[3], width: width,
      depth: timm.depth, headCount: try timm.headCount(width: width), mlpWidth: mlp.width,
      epsilon: try timm.epsilon(), classCount: classCount, prefix: prefix,
      readout: TimmModel.readouts[pooling] ?? (isDistilled ? .meanOfClassAndDistillation : .classToken),
      finalNorm: try timm.finalNorm(), qkvBias: timm.qkvBias,
      positions: try timm.positions(needsPositions: needsPositions))
    (self.mlp, assumptions) = (mlp.kind, timm.assumptions(width: width))
    if pooling == "map" { self.pooling = try timm.attentionPooling(headCount: headCount, mlp: mlp.kind) }
    if readout == .meanAndMaximumOfPatches {
      assumptions.append(
        "global_pool is 'avgmax', whose maximum reads another patch for each element: to methods that begin with the rows "
          + "that are read, such as attention rollout, all patches are read alike")
    }
    if classCount == 0 { classifier = .none }
    if ["ResPostBlock", "EvaBlockPostNorm", "ResPostRelPosBlock"].contains(timm.implied("block")) {
      normOrder = .resPostNorm
    }
    if timm.isParallel { normOrder = .parallel }
    hasHeadNorm = weights["blocks.0.attn.norm.weight"] != nil
    hasEmbeddingNorm = weights["norm_pre.weight"] != nil
    // timm leaves the bias out where a norm follows.
    hasPatchBias = !hasEmbeddingNorm
    if ["attn.q_norm", "q_norm"].contains(where: { weights["blocks.0.\($0).weight"] != nil }) {
      attentionTransforms = [QueryKeyNorm(.layerNorm, epsilon: epsilon)]
    }
    if let rotary = timm.architecture?.rotaryEmbedding { attentionTransforms.append(rotary) }
    positionBias = timm.positionBias
    positionInterpolation = .antialiasedBicubic
    if normOrder != .resPostNorm { layerScale = try timm.layerScale() }
    try validate(file: config.file)
    guard readout != .classToken || prefix.contains(.classToken) else {
      throw VisionTransformerError.contradiction(
        file: config.file, reason: "global_pool is 'token', but the weights have no cls_token")
    }
    try setTrainedSize(timm)
  }

  /// The input size that a timm configuration states, height and width.
  public static func imageSize(timm config: Configuration) throws -> (Int, Int) {
    if let size = try config.optionalIntegerPair("model_args.img_size") { return size }
    let prefix = config.optionalValue("pretrained_cfg") != nil ? "pretrained_cfg." : ""
    guard let size = try config.optionalIntegers("\(prefix)input_size") else { return (224, 224) }
    guard size.count == 3 else {
      throw ConfigurationError.invalid(
        file: config.file, key: "\(prefix)input_size", reason: "it must be [channels, height, width]")
    }
    return (size[1], size[2])
  }

  /// Makes the model's own size that of its position embeddings and tables of position bias, where they are for another
  /// grid than that of the input.
  ///
  /// timm interpolates them as it loads them, and takes them for those of a square grid; here they are interpolated as the
  /// model runs, by the same rule.
  private mutating func setTrainedSize(_ timm: TimmModel) throws {
    guard let grid = TensorShape(checking: [imageHeight / patchHeight, imageWidth / patchWidth]) else {
      return
    }
    let stored = timm.weights["pos_embed"]?.shape
    let table = timm.positionTable?.shape
    let patches =
      positions == .none ? nil : stored.flatMap { $0.rank == 3 ? $0[1] - positionedPrefixCount : nil }
    // A table has (2h − 1)·(2w − 1) offsets between patches and three rows of the class token.
    let offsets = positionBias == nil ? nil : table.map { $0[0] - 3 }
    let expected = RelativeOffsets(grid: PatchGrid(rows: grid[0], columns: grid[1]), hasClassToken: false)
      .count
    guard (patches ?? grid.count, offsets ?? expected) != (grid.count, expected) else { return }
    func root(_ count: Int) -> Int? {
      let side = Int(Double(max(count, 0)).squareRoot().rounded())
      return side > 0 && side <= 32_768 && side * side == count ? side : nil
    }
    func side(offsets: Int) -> Int? { root(offsets).flatMap { $0 % 2 == 1 ? ($0 + 1) / 2 : nil } }
    let sides = [patches.map { root($0) }, offsets.map { side(offsets: $0) }].compactMap { $0 }
    let image = "\(imageHeight)×\(imageWidth)"
    guard let side = sides[0], sides.allSatisfy({ $0 == side }),
      side <= 16_384 / max(patchHeight, patchWidth),
      timm.implied("interpolation") ?? "bicubic" == "bicubic"
    else {
      let found = [patches.map { "\($0) patches" }, table.map { "tables of \($0[0]) offsets" }].compactMap {
        $0
      }
      throw VisionTransformerError.contradiction(
        file: timm.config.file,
        reason:
          "an input of \(image) has \(grid[0])×\(grid[1]) patches, and the weights have position embeddings for "
          + "\(found.joined(separator: " and ")); state the size that the model was trained at as "
          + "\"model_args\": {\"img_size\": [height, width]}")
    }
    assumptions.append(
      "the position embeddings are for \(side)×\(side) patches, and are interpolated for an input of \(image), as timm does; "
        + "if the model was trained at another size, state it as model_args.img_size")
    (imageHeight, imageWidth) = (side * patchHeight, side * patchWidth)
  }
}
