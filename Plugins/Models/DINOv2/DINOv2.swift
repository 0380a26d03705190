public import XAICore
public import XAIImage
import XAITensor
public import XAITransformer
public import XAIWeights

/// DINOv2, without registers and with them, with a classifier and without (Oquab and others 2024, arXiv 2304.07193; Darcet and others
/// 2024, arXiv 2309.16588).
public enum DINOv2: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "dinov2", title: "DINOv2",
    summary: "Self-supervised transformers with layer scale, with and without registers and classifier",
    huggingFaceClasses: [plainClass, registersClass, "Dinov2Model", "Dinov2WithRegistersModel"],
    timmNames: ["vit_*_dinov2", "vit_*_reg4_dinov2"],
    capabilities: VisionTransformer.capabilities, leftOut: "grids that aren't square",
    citation: Citation(
      authors: "Oquab et al.", title: "DINOv2: Learning Robust Visual Features without Supervision",
      venue: "TMLR", year: 2024, identifier: "arXiv:2304.07193"))

  private static let plainClass = "Dinov2ForImageClassification"
  private static let registersClass = "Dinov2WithRegistersForImageClassification"

  /// Whether the configuration is of one of the two classes or their backbones, or a timm `vit_*_dinov2`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(
      types: ["dinov2", "dinov2_with_registers"], classes: descriptor.huggingFaceClasses
    ) { $0.hasPrefix("vit_") && $0.hasSuffix("_dinov2") }
  }

  /// What a `config.json` of `transformers` states, and its names.
  public static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let classes = try directory.config.optionalStrings("architectures") ?? []
    let hasRegisters =
      try classes.contains { $0.hasPrefix("Dinov2WithRegisters") }
      || (classes.isEmpty && directory.config.optionalString("model_type") == "dinov2_with_registers")
    let configuration = try huggingFaceConfiguration(directory.config, hasRegisters: hasRegisters)
    var naming = huggingFaceNaming(
      root: hasRegisters ? "dinov2_with_registers" : "dinov2", configuration)
    naming.classifierClass = hasRegisters ? registersClass : plainClass
    // The class with registers has a mask token whatever its configuration says.
    if try !hasRegisters && directory.config.optionalBool("use_mask_token") == false {
      naming.maskToken = nil
    }
    return (configuration, naming)
  }

  /// The token of masked patches.
  public static let ignoredTensors = ["*.embeddings.mask_token", "embeddings.mask_token"]

  /// `transformers` interpolates position embeddings by itself.
  public static let takesAnySize = true

  /// What the published checkpoints come with: bicubic, the shorter side to 256, the middle 224 × 224, ImageNet's mean
  /// and deviation.
  public static let preprocessing = Preprocessing(
    resize: .shortestEdge(256), filter: .bicubic,
    crop: Preprocessing.CentreCrop(height: 224, width: 224), normalisation: .imageNet)
}

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
