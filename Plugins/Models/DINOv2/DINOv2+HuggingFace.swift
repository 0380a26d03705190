import XAICore
import XAITensor
import XAITransformer
import XAIWeights

extension DINOv2 {
  /// What a `config.json` of `transformers` states: the classifier reads the class token and the mean of the patches.
  static func huggingFaceConfiguration(
    _ config: Configuration, hasRegisters: Bool
  ) throws -> VisionTransformerConfiguration {
    let width = try config.optionalInteger("hidden_size") ?? 768
    let registers = try hasRegisters ? config.optionalInteger("num_register_tokens") ?? 4 : 0
    guard (0...1_000).contains(registers) else {
      throw VisionTransformerError.contradiction(
        file: config.file, reason: "num_register_tokens is \(registers), and must be from 0 to 1000")
    }
    let isGated = try config.optionalBool("use_swiglu_ffn") ?? false
    var configuration = try VisionTransformerConfiguration(
      huggingFace: config, prefix: [.classToken] + Array(repeating: .register, count: registers),
      readout: .classAndMeanOfPatches, patchSize: hasRegisters ? 16 : 14, epsilon: 1e-6,
      mlpWidth: mlpWidth(config, width: width, isGated: isGated))
    configuration.positions = .patchesAndPrefix(exceptRegisters: true)
    configuration.positionInterpolation = hasRegisters ? .antialiasedBicubic : .bicubic
    configuration.layerScale = Float(try config.optionalDouble("layerscale_value") ?? 1)
    if isGated { configuration.mlp = .swiGLU }
    try configuration.validate(file: config.file)
    try configuration.checkHasSquareGrid(file: config.file)
    return configuration
  }

  /// Hidden elements of the MLP: `mlp_ratio` times the width, and with SwiGLU, which has three maps in place of two, two
  /// thirds of that, rounded up to a multiple of 8.
  private static func mlpWidth(_ config: Configuration, width: Int, isGated: Bool) throws -> Int {
    let ratio = try config.optionalDouble("mlp_ratio") ?? 4
    let hidden = Double(width) * ratio
    guard hidden >= 1, hidden <= 1_048_576 else {
      throw VisionTransformerError.contradiction(
        file: config.file,
        reason:
          "hidden_size \(width) times mlp_ratio \(ratio) is no number of hidden elements from 1 to 1048576"
      )
    }
    guard isGated else { return Int(hidden) }
    return (Int(hidden.rounded(.down) * 2 / 3) + 7) / 8 * 8
  }

  /// What `transformers` calls the weights.
  static func huggingFaceNaming(
    root: String, _ configuration: VisionTransformerConfiguration
  ) -> CheckpointNaming {
    var naming = CheckpointNaming.huggingFace(root: root)
    naming.maskToken = CheckpointNaming.UnreadTensor(
      "\(root).embeddings.mask_token", [1, configuration.width])
    naming.prefix[.register] = "\(root).embeddings.register_tokens"
    let (expansion, contraction) =
      configuration.mlp == .swiGLU ? ("weights_in", "weights_out") : ("fc1", "fc2")
    let block = naming.block
    naming.block = { index in
      let layer = "\(root).encoder.layer.\(index)"
      var names = block(index)
      (names.firstNorm, names.secondNorm) = ("\(layer).norm1", "\(layer).norm2")
      (names.expansion, names.contraction) = ("\(layer).mlp.\(expansion)", "\(layer).mlp.\(contraction)")
      names.firstScale = "\(layer).layer_scale1.lambda1"
      names.secondScale = "\(layer).layer_scale2.lambda1"
      return names
    }
    return naming
  }
}
