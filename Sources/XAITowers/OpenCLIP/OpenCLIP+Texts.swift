import XAITransformer
import XAIWeights

/// Text towers.
extension OpenCLIP {
  static func textTower(
    _ config: Configuration, _ family: TextTowerFamily
  ) throws -> TextTransformer.Configuration {
    let own = try section(
      "text_cfg", of: config,
      known: family.openCLIPSettings.union([
        "context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "pad_id", "eos_id",
      ]), usual: family.openCLIPUsual.merging(family.openCLIPRequired) { $1 })
    for (key, value) in family.openCLIPRequired.sorted(by: { $0.key < $1.key })
    where own.optionalValue(key) != value {
      throw own.unsupported(
        key, value: "that of another text tower", supported: "\(value.jsonText), as SigLIP has it")
    }
    let width = try own.optionalInteger("width", in: 1...65_536) ?? 512
    var sizes = TextTransformer.Configuration(
      vocabularySize: try own.optionalInteger("vocab_size") ?? 49408,
      contextLength: try own.optionalInteger("context_length") ?? 77, width: width,
      depth: try own.optionalInteger("layers") ?? 12, headCount: try own.optionalInteger("heads") ?? 8,
      mlpWidth: try mlpWidth(own, width: width),
      epsilon: Float(try own.optionalDouble("norm_kwargs.eps") ?? 1e-5),
      mlp: try activation(config, tower: own), projectedWidth: try projectedWidth(config))
    (sizes.isCausal, sizes.hasProjectionBias) =
      (family.standard.isCausal, family.standard.hasProjectionBias)
    try sizes.validate(file: own.file)
    return sizes
  }

  /// The names of the text tower; behind `text.` where it is a module of its own.
  static func textNaming(_ weights: WeightStore, _ family: TextTowerFamily) -> TextTransformer.Naming {
    let root = weights["text.token_embedding.weight"] == nil ? "" : "text."
    var naming = TextTransformer.Naming(
      tokens: "\(root)token_embedding.weight", positions: "\(root)positional_embedding",
      block: { block("\(root)transformer.resblocks.\($0)") }, finalNorm: "\(root)ln_final",
      projection: "\(root)text_projection")
    // A tensor for a product from the right; a linear layer where it has a bias.
    naming.isProjectionTransposed = !family.standard.hasProjectionBias
    naming.tensor = CheckpointNaming.pyTorchAttention
    return naming
  }
}
