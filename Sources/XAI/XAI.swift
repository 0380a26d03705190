// An application that imports XAI has everything.
@_exported public import XAICore
@_exported public import XAIDatasets
@_exported public import XAIEvaluation
@_exported public import XAIExplainers
@_exported public import XAIFigures
@_exported public import XAIFoundation
@_exported public import XAIImage
@_exported public import XAIMetrics
@_exported public import XAIModels
@_exported public import XAIReport
@_exported public import XAITensor
@_exported public import XAITowers
@_exported public import XAITraining
@_exported public import XAITransformer
@_exported public import XAIWeights

#if XAI_DATABASE
@_exported public import XAIResults
#endif

/// Every plugin that ships with the package.
public let builtInPlugins: [any Plugin.Type] =
  builtInModels + builtInExplainers + [BuiltInExplainerDefaults.self] + builtInMetrics + builtInDatasets

extension Registry {
  /// Makes a registry of the built-in plugins and others.
  public static func builtIn(adding plugins: [any Plugin.Type] = []) throws(RegistryError) -> Registry {
    try Registry(plugins: builtInPlugins + plugins)
  }
}

/// Loads a model of any family that ships with the package, by the path of its directory, or by its name on the Hugging Face
/// hub where it was downloaded before, as XAIHub's `ModelHub` does: `try loadModel("google/vit-base-patch16-224")`.
///
/// - Parameters:
///   - model: the path or the name.
///   - classes: the classes that it is to have; nil for its own.
///   - kernels: what it runs on; nil for the fastest ones of this processor.
/// - Throws: `ModelDirectoryError` where there is no such directory, `RegistryError` where no family loads what it holds, and what
///   the family throws.
public func loadModel(
  _ model: String, classes: ClassSource? = nil, on kernels: (any Kernels)? = nil
) throws -> any Model {
  try Registry.builtIn().loadModel(model, classes: classes, on: kernels)
}
