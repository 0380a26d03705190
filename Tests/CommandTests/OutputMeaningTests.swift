import Foundation
import Testing
import XAI

/// The command with models whose outputs are no classes of which one is right.
@Suite struct OutputMeaningTests {
  /// A copy of a model with other members of its configuration, and without some tensors.
  private func model(
    _ source: String, in folder: TemporaryFolder, setting values: [String: Any],
    rename: (String) -> String? = { $0 }
  ) throws -> String {
    let path = folder.path("model")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(source)/config.json"))
    let config = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    try JSONSerialization.data(withJSONObject: config.merging(values) { $1 })
      .write(to: URL(fileURLWithPath: "\(path)/config.json"))
    let file = try SafetensorsFile(path: "\(source)/model.safetensors")
    var tensors: [String: Tensor] = [:]
    for tensor in file.tensors {
      if let name = rename(tensor.name) { tensors[name] = try file.tensor(tensor.name) }
    }
    try SafetensorsWriter().write(tensors, to: "\(path)/model.safetensors")
    for name in ["preprocessor_config.json"] {
      try? FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(path)/\(name)")
    }
    return path
  }

  @Test("a backbone is inspected and explained by what needs no class; the rest is refused by name")
  func backbone() throws {
    let folder = try TemporaryFolder()
    try folder.picture("photo.png")
    let model = try model(FixtureModel.vit, in: folder, setting: ["architectures": ["ViTModel"]]) {
      $0.hasPrefix("vit.") ? String($0.dropFirst(4)) : nil
    }
    let inspected = try XAIProcess.run("inspect", model)
    #expect(inspected.status == 0, "\(inspected.errors)")
    #expect(inspected.output.contains("none: a backbone"))
    #expect(inspected.output.contains("gmar doesn't fit: gmar is about a class"))

    let arguments = ["explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out")]
    let explained = try XAIProcess.run(
      arguments + ["-e", "attention-rollout", "--json", "--montage", "--output-kind", "overlay,record"])
    #expect(explained.status == 0, "\(explained.errors)")
    #expect(
      folder.names(in: "out").contains("photo.attention-rollout.overlay.png"), "\(folder.names(in: "out"))")
    let line = try #require(explained.output.split(separator: "\n").first)
    let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(record["target"] == nil && (record["scores"] as? [Any])?.count == 16)

    let refused = try XAIProcess.run(arguments + ["-e", "gmar"])
    #expect(refused.status != 0 && refused.errors.contains("gmar") && refused.errors.contains("backbone"))
    let top = try XAIProcess.run(arguments + ["-e", "attention-rollout", "-t", "top:2"])
    #expect(top.status != 0 && top.errors.contains("0 classes"), "\(top.errors)")
    let compared = try XAIProcess.run(
      "compare", "-m", model, folder.path("photo.png"), "-o", folder.path("two"))
    #expect(compared.status != 0 && compared.errors.contains("backbone"), "\(compared.errors)")
  }

  @Test("classes that may each be right have probabilities of their own")
  func sigmoids() throws {
    let folder = try TemporaryFolder()
    try folder.picture("photo.png")
    func scores(_ model: String) throws -> (logit: Double, probability: Double) {
      let result = try XAIProcess.run(
        "explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out"), "--json")
      #expect(result.status == 0, "\(result.errors)")
      let record = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      let target = try #require(record?["target"] as? [String: Any])
      return (
        try #require(target["logit"] as? Double), try #require(target["probability"] as? Double)
      )
    }
    let own = try scores(FixtureModel.vit)
    let several = try scores(
      model(FixtureModel.vit, in: folder, setting: ["problem_type": "multi_label_classification"]))
    #expect(several.logit == own.logit)
    #expect(abs(several.probability - 1 / (1 + exp(-several.logit))) < 1e-6)
    #expect(abs(own.probability - several.probability) > 1e-3)
  }

  @Test("a regression is explained without probabilities; what needs one is refused by name")
  func regression() throws {
    let folder = try TemporaryFolder()
    try folder.picture("photo.png")
    let model = try model(EvaluationFixture.model, in: folder, setting: ["problem_type": "regression"])
    let explained = try XAIProcess.run(
      "explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out"))
    #expect(explained.status == 0, "\(explained.errors)")
    #expect(!explained.output.contains("%"), "\(explained.output)")
    let rise = try XAIProcess.run(
      "explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out"), "-e", "rise")
    #expect(rise.status != 0 && rise.errors.contains("rise needs the probability"), "\(rise.errors)")
  }

  #if XAI_DATABASE
  @Test("a regression is evaluated by metrics of the map alone, and refused by those of probabilities")
  func evaluatedRegression() throws {
    let folder = try TemporaryFolder()
    let model = try model(EvaluationFixture.model, in: folder, setting: ["problem_type": "regression"])
    let arguments = [
      "evaluate", "-m", model, "-d", "shapes:size=72", "--sample", "2", "-e", "gmar", "--shard", "none", "-o",
      folder.path("results.sqlite"),
    ]
    let refused = try XAIProcess.run(arguments + ["--metric", "average-drop"])
    #expect(refused.status != 0 && refused.errors.contains("average-drop needs the probability"))
    #expect(refused.errors.contains("plain numbers"), "\(refused.errors)")
    let evaluated = try XAIProcess.run(arguments + ["--metric", "sparsity"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let results = try ResultStore.results(at: folder.path("results.sqlite"))
    #expect(results.pictures.allSatisfy { $0.subjects.allSatisfy { $0.probability == nil } })
    #expect(results.pictures.contains { !$0.subjects.isEmpty })
    let report = try XAIProcess.run(
      "report", folder.path("results.sqlite"), "-o", folder.path("report.html"))
    #expect(report.status == 0, "\(report.errors)")
  }
  #endif
}
