public import XAICore

/// Every plugin that ships with the package, one line each: the only place that knows them all.
///
/// Of data sets and of models, the general ones are first: the last ones are asked first.
public let builtInPlugins: [any Plugin.Type] = [
  ViTPlugin.self,
  DeiTPlugin.self,
  BEiTPlugin.self,
  DINOv2Plugin.self,
  SwinPlugin.self,
  AttentionRolloutPlugin.self,
  GMARPlugin.self,
  GradCAMPlugin.self,
  RawAttentionPlugin.self,
  GradientRolloutPlugin.self,
  GenericAttentionPlugin.self,
  GradCAMPlusPlusPlugin.self,
  LayerCAMPlugin.self,
  InputXGradientPlugin.self,
  IntegratedGradientsPlugin.self,
  SmoothGradPlugin.self,
  LeGradPlugin.self,
  AttentionFlowPlugin.self,
  TokenTMPlugin.self,
  BTHPlugin.self,
  LRPPlugin.self,
  PartialLRPPlugin.self,
  TransformerAttributionPlugin.self,
  ConservativePropagationPlugin.self,
  AttnLRPPlugin.self,
  CPLRPPlugin.self,
  OcclusionPlugin.self,
  RISEPlugin.self,
  KernelSHAPPlugin.self,
  LIMEPlugin.self,
  ScoreCAMPlugin.self,
  ViTCXPlugin.self,
  FovExPlugin.self,
  RandomMapPlugin.self,
  CentreMapPlugin.self,
  AverageDropPlugin.self,
  AverageIncreasePlugin.self,
  AverageGainPlugin.self,
  InsertionPlugin.self,
  DeletionPlugin.self,
  NegativePerturbationPlugin.self,
  PointingGamePlugin.self,
  ObjectEnergyPlugin.self,
  IntersectionOverUnionPlugin.self,
  AveragePrecisionPlugin.self,
  ClassLocalisationPlugin.self,
  ClassSensitivityPlugin.self,
  RandomisationPlugin.self,
  EntropyPlugin.self,
  SparsityPlugin.self,
  ShapesPlugin.self,
  ImageFolderPlugin.self,
  CSVListPlugin.self,
  TinyImageNetPlugin.self,
]

extension Registry {
  /// Makes a registry of the built-in plugins and others.
  public static func builtIn(adding plugins: [any Plugin.Type] = []) throws(RegistryError) -> Registry {
    try Registry(plugins: builtInPlugins + plugins)
  }
}
