import XAI
import XAIFoundation

/// The vision transformers of torchvision, as `export_torchvision.py` writes them.
///
/// The arithmetic is that of every plain vision transformer; only the checkpoint's names are torchvision's own.
public enum TorchvisionViT: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "torchvision-vit", title: "torchvision's Vision Transformer",
    summary: "vit_b_16 and its relatives of torchvision, exported to a model directory",
    huggingFaceClasses: [className], timmNames: [],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Dosovitskiy et al.",
      title: "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", venue: "ICLR",
      year: 2021, identifier: "arXiv:2010.11929"))

  private static let className = "TorchvisionVisionTransformer"

  /// Whether the configuration names the class that the export writes.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "torchvision-vit", classes: [className], timmPrefix: "torchvision")
  }

  /// Loads an exported model.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration(directory),
      weights: directory.weights(), naming: naming, preprocessing: preprocessing, request)
  }

  /// Makes a model that has learnt nothing yet.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: configuration(directory),
      naming: naming, preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  private static func configuration(_ directory: ModelDirectory) throws -> VisionTransformerConfiguration {
    try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [.classToken], readout: .classToken)
  }

  /// What torchvision's own weights were trained with: the shorter side to 256, the middle 224 × 224.
  private static let preprocessing = Preprocessing(
    resize: .shortestEdge(256), crop: Preprocessing.CentreCrop(height: 224, width: 224),
    normalisation: .imageNet)

  private static let naming = CheckpointNaming(
    patch: "conv_proj", prefix: [.classToken: "class_token"], positions: "encoder.pos_embedding",
    block: { index in
      let block = "encoder.layers.encoder_layer_\(index)"
      return CheckpointNaming.Block(
        firstNorm: "\(block).ln_1", queryKeyValue: ["\(block).self_attention.in_proj"],
        projection: "\(block).self_attention.out_proj", secondNorm: "\(block).ln_2",
        expansion: "\(block).mlp.0", contraction: "\(block).mlp.3")
    },
    finalNorm: "encoder.ln", heads: ["heads.head"],
    // PyTorch's attention holds queries, keys and values in `in_proj_weight`, not in `in_proj.weight`.
    tensor: { "\($0)\($0.hasSuffix("in_proj") ? "_" : ".")\($1.rawValue)" })
}
