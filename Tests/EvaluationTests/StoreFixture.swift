import XAI
import XAIFoundation

@testable import XAIEvaluation

/// Made-up results with everything that can be kept.
enum Made {
  static func experiment(
    sampleCount: Int = 6, change: (inout Experiment) -> Void = { _ in }
  ) -> Experiment {
    var experiment = Experiment(
      model: ModelIdentity(
        name: "model", architecture: "vit", hash: "00ff", labels: ["cat", "dog's \"bone\"", "鳥"],
        parameterCount: 12, layerCount: 2, headCount: 3, grid: PatchGrid(rows: 2, columns: 2), inputHeight: 8,
        inputWidth: 8),
      data: DataIdentity(
        name: "photos", split: "all", splitCount: 9, hash: "aa", sampleCount: sampleCount, sampleSeed: 4),
      target: "top:2",
      explainers: [
        ExplainerIdentity(specification: "gmar:norm=l2", descriptor: GMAR.descriptor),
        ExplainerIdentity(specification: "grad-cam", descriptor: GradCAM.descriptor),
      ], metrics: [metric(AverageDrop()), metric(Dimming())], measuresHeads: true,
      settings: ["batch size": "16", "kernels": "test"])
    change(&experiment)
    return experiment
  }

  static func metric(_ metric: some Metric) -> MetricIdentity {
    MetricIdentity(
      specification: metric.specification, descriptor: metric.descriptor, protocolName: metric.protocolName,
      protocolText: metric.protocolText, protocolHash: metric.protocolHash)
  }

  /// Image 1 failed, image 2 has no class.
  static func image(_ position: Int) -> ImageResult {
    var random = SeededRandom(seed: 5, UInt64(position))
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in random.normal() } }
    if position == 1 {
      return ImageResult(position: 1, identifier: "b/1.jpg", label: nil, failure: "truncated 'file'")
    }
    func map(_ explainer: Int) -> MapResult {
      let diagnostics =
        explainer == 0
        ? Diagnostics(
          headWeights: [numbers(3), numbers(3)], negativeGradientShare: [numbers(3), numbers(3)],
          attentionEntropy: [numbers(3), numbers(3)], rankCollapse: random.uniform())
        : Diagnostics()
      let curve = MetricValue.Curve(x: [0, 0.1, 1], y: numbers(3).map(Double.init))
      return MapResult(
        scores: explainer == 0 ? numbers(4) : [1, 1, 1, 1], diagnostics: diagnostics,
        values: [
          position == 3 ? nil : MetricValue(Double(random.normal())),
          MetricValue(0.1 + Double(position), curve: curve),
        ])
    }
    return ImageResult(
      position: position, identifier: "b/\(position) 鳥.jpg", label: position % 3,
      labelRank: position == 0 ? 2 : nil,
      thumbnail: position == 0 ? [0, 255, 7] : nil,
      subjects: position == 2
        ? []
        : (0..<2).map { place in
          SubjectResult(
            classIndex: place + 1, probability: random.uniform(), isPredicted: place == 0,
            headEffects: [numbers(3), numbers(3)], maps: [map(0), map(1)])
        })
  }
}
