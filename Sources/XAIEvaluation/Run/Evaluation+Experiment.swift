import XAICore
import XAIFoundation
import XAIImage

extension Evaluation {
  /// What decides the results, as it is kept beside them.
  ///
  /// - Parameters:
  ///   - modelHash: of weights and configuration, as `ModelDirectory.contentHash` gives it.
  ///   - kernels: what the arithmetic runs on, as `Kernels.name` says it. Of that the threads, in brackets at its end, are
  ///     left out: the last bits may depend on them, as they do on the processor.
  public func experiment(modelHash: String, kernels: String) -> Experiment {
    let descriptor = model.descriptor
    let size = descriptor.preprocessing.inputSize ?? (0, 0)
    var texts: [String: String] = [
      "batch size": "\(settings.batchSize)",
      "kernels": kernels.split(separator: " (").first.map(String.init) ?? kernels,
      "explainer options": optionsHash, "group": "\(Self.groupSize)",
    ]
    if needs.contains(.randomisedModels) {
      texts["random weights"] = "seed \(settings.seed), at most \(RandomisedModels.most) models"
    }
    if needs.contains(.seed) { texts["seed"] = "\(settings.seed)" }
    return Experiment(
      model: ModelIdentity(
        name: descriptor.name, architecture: descriptor.architecture, hash: modelHash,
        labels: descriptor.labels, parameterCount: descriptor.parameterCount,
        layerCount: descriptor.layerCount, headCount: descriptor.headCount, grid: descriptor.layout.grid,
        inputHeight: size.height, inputWidth: size.width),
      data: data.identity, target: settings.target.description,
      explainers: explainers.map {
        ExplainerIdentity(specification: $0.specification, descriptor: $0.descriptor)
      },
      metrics: metrics.map {
        MetricIdentity(
          specification: $0.specification, descriptor: $0.descriptor, protocolName: $0.protocolName,
          protocolText: $0.protocolText, protocolHash: $0.protocolHash)
      }, measuresHeads: settings.measuresHeads, settings: texts)
  }

  /// A hash of all options of the explainers: a specification leaves the defaults out, which a version may change.
  private var optionsHash: String {
    var hash = FNV1a()
    for explainer in explainers {
      hash.add(delimited: explainer.descriptor.id)
      for (key, value) in explainer.options.texts { hash.add(delimited: "\(key)=\(value)") }
    }
    return hash.text
  }
}
