import XAICore
public import XAIWeights

extension ModelDirectory {
  /// Whether the configuration is of a family: one of its Hugging Face classes, or a timm architecture by its prefix.
  ///
  /// A Hugging Face configuration that names no class counts by its `model_type`.
  public func isModel(type: String, classes: [String], timmPrefix: String) -> Bool {
    switch format {
    case .timm:
      return (try? config.string("architecture"))?.hasPrefix(timmPrefix) ?? false
    case .huggingFace:
      guard let named = try? config.optionalStrings("architectures"), !named.isEmpty else {
        return (try? config.string("model_type")) == type
      }
      return named.contains { classes.contains($0) }
    }
  }
}

extension CheckpointNaming {
  /// The names of a timm vision transformer of this configuration.
  public static func timm(for configuration: VisionTransformerConfiguration) -> CheckpointNaming {
    .timm(
      finalNorm: configuration.finalNorm == .afterPooling ? "fc_norm" : "norm",
      heads: configuration.readout == .meanOfClassAndDistillation ? ["head", "head_dist"] : ["head"])
  }
}
