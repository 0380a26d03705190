import Foundation
import Testing
import XAI
import XAITesting

@testable import XAIEvaluation

/// A small evaluation that has everything: images, classes, curves, patches, comparisons.
enum Fixture {
  static func evaluation(
    target: EvaluationTarget = .predicted, scenes: Scenes.Options = Scenes.Options(), sample: Int? = nil,
    explainers: [String] = ["gmar", "attention-rollout", "grad-cam"],
    metrics: [any Metric] = [AverageDrop(), Dimming(), Tokens(), Comparing()],
    change: (inout Evaluation.Settings) -> Void = { _ in }
  ) throws -> Evaluation {
    let dataset = Scenes(options: scenes)
    var settings = Evaluation.Settings()
    settings.target = target
    settings.batchSize = 5
    settings.measuresHeads = true
    settings.thumbnailCount = 3
    change(&settings)
    return try Evaluation(
      model: ToyModel.classToken.make(on: AvailableKernels.preferred.make()),
      data: EvaluationData(dataset, split: dataset.split("all"), count: sample, seed: 3),
      explainers: explainers.map { try Registry.builtIn().explainer($0) },
      metrics: metrics, settings: settings)
  }

  static func experiment(_ evaluation: Evaluation) -> Experiment {
    evaluation.experiment(modelHash: "0123456789abcdef", kernels: "test")
  }

  /// Everything, without a store.
  static func results(_ evaluation: Evaluation, shard: Shard = .whole) throws -> EvaluationResults {
    let results = try evaluation.results(modelHash: "0123456789abcdef", kernels: "test", shard: shard)
    #expect(results.experiment == experiment(evaluation))
    #expect(results.images.map(\.position) == shard.positions(ofSample: evaluation.data.sampleCount))
    return results
  }
}

/// A folder that is removed with its content at the end of a test.
final class TestFolder {
  let path = FileManager.default.temporaryDirectory.appending(path: "xai-evaluation-\(UUID().uuidString)")
    .path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
