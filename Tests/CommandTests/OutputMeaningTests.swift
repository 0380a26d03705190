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
    try folder.writeImage("photo.png")
    let model = try model(FixtureModel.vit, in: folder, setting: ["architectures": ["ViTModel"]]) {
      $0.hasPrefix("vit.") ? String($0.dropFirst(4)) : nil
    }
    let inspected = try XAIProcess.run("inspect", model)
    #expect(inspected.status == 0, "\(inspected.errors)")
    #expect(inspected.output.contains("none: a backbone"))
    let reason = "each is about a class, and model is a backbone without a classifier"
    #expect(inspected.output.components(separatedBy: reason).count == 2, "\(inspected.output)")
    #expect(inspected.output.contains("gmar, grad-cam, "), "\(inspected.output)")
    let remedy = "when it is loaded; --classes-from gives it some"
    #expect(inspected.output.contains(remedy), "\(inspected.output)")
    #expect(!inspected.output.contains("of signed scores"), "\(inspected.output)")

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
    #expect(top.status != 0 && top.errors.contains("the model has 0"), "\(top.errors)")
    let compared = try XAIProcess.run(
      "compare", "-m", model, folder.path("photo.png"), "-o", folder.path("two"))
    #expect(compared.status != 0 && compared.errors.contains("backbone"), "\(compared.errors)")
  }

  @Test("classes that may each be right have probabilities of their own")
  func sigmoids() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
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
    try folder.writeImage("photo.png")
    let model = try model(EvaluationFixture.model, in: folder, setting: ["problem_type": "regression"])
    let explained = try XAIProcess.run(
      "explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out"))
    #expect(explained.status == 0, "\(explained.errors)")
    #expect(!explained.output.contains("%"), "\(explained.output)")
    let rise = try XAIProcess.run(
      "explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out"), "-e", "rise")
    #expect(rise.status != 0 && rise.errors.contains("rise needs the probability"), "\(rise.errors)")
  }

  @Test("what had to be assumed is said on standard error and in every record, and not under --quiet")
  func notes() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let model = try model(FixtureModel.vit, in: folder, setting: [:])
    let arguments = [
      "explain", "-m", model, folder.path("photo.png"), "-e", "gmar", "-o", folder.path("out"), "--json",
    ]
    let stated = try XAIProcess.run(arguments)
    #expect(stated.status == 0 && !stated.errors.contains("Note:"), "\(stated.errors)")
    try FileManager.default.removeItem(atPath: "\(model)/preprocessor_config.json")
    let assumed = try XAIProcess.run(arguments + ["--output-kind", "record"])
    #expect(
      assumed.status == 0 && assumed.errors.contains("Note: model: no preprocessor_config.json"),
      "\(assumed.errors)")
    func notes(_ text: String) throws -> [String] {
      let record = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return try #require(record?["modelNotes"] as? [String])
    }
    #expect(try notes(assumed.output).contains { $0.contains("assumed") })
    let file = try #require(folder.names(in: "out").first { $0.hasSuffix(".record.json") })
    #expect(try notes(String(contentsOfFile: folder.path("out/\(file)"), encoding: .utf8)).count == 1)
    let quiet = try XAIProcess.run(arguments + ["--quiet"])
    #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
    let compared = try XAIProcess.run(
      "compare", "-m", model, folder.path("photo.png"), "-o", folder.path("two"), "-e", "gmar", "-e",
      "raw-attention", "--json")
    #expect(compared.status == 0 && compared.errors.contains("Note: model: no preprocessor_config.json"))
    #expect(try notes(compared.output).count == 1)
    let inspected = try XAIProcess.run("inspect", model)
    #expect(inspected.output.contains("no preprocessor_config.json"), "\(inspected.output)")
    let trained = try XAIProcess.run(
      "train", "-m", model, "-d", "shapes:size=72,train=8,validation=8", "-o",
      folder.path("trained"), "--stop-after", "1steps")
    #expect(
      trained.status == 0 && trained.errors.contains("no preprocessor_config.json"), "\(trained.errors)")
    #expect(trained.errors.contains("files will state"), "\(trained.errors)")
  }

  @Test("one output is a class that is there or not")
  func oneOutput() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let model = try model(
      EvaluationFixture.model, in: folder, setting: ["id2label": ["0": "disc"], "label2id": ["disc": 0]])
    let path = "\(model)/model.safetensors"
    let file = try SafetensorsFile(path: path)
    var tensors: [String: Tensor] = [:]
    for tensor in file.tensors { tensors[tensor.name] = try file.tensor(tensor.name) }
    for name in ["classifier.weight", "classifier.bias"] {
      let whole = try #require(tensors[name])
      let row = whole.count / whole.shape[0]
      tensors[name] = Tensor(
        TensorShape([1] + whole.shape.extents.dropFirst()), Array(whole.elements.prefix(row)))
    }
    try SafetensorsWriter().write(tensors, to: "\(path).new")
    _ = try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: "\(path).new", toPath: path)
    let result = try XAIProcess.run(
      "explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out"), "--json")
    #expect(result.status == 0 && result.errors.contains("one output"), "\(result.errors)")
    let record = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let target = try #require(record?["target"] as? [String: Any])
    let (logit, probability) = (target["logit"] as? Double ?? 0, target["probability"] as? Double ?? 0)
    #expect(abs(probability - 1 / (1 + exp(-logit))) < 1e-6 && probability < 1)
    #expect(record?["output"] as? String == "sigmoid")
  }

  #if XAI_DATABASE
  @Test("the same weights by another path are the same experiment, and the database says what was assumed")
  func sameWeights() throws {
    let folder = try TemporaryFolder()
    let model = try model(EvaluationFixture.model, in: folder, setting: [:])
    try FileManager.default.removeItem(atPath: "\(model)/preprocessor_config.json")
    func evaluate(_ model: String, _ count: Int) throws -> CommandResult {
      try XAIProcess.run(
        "evaluate", "-m", model, "-d", "shapes:size=72", "--sample", "3", "-e", "gmar", "--metric",
        "sparsity",
        "--shard", "none", "-o", folder.path("results.sqlite"), "--stop-after", "\(count)images")
    }
    #expect(try evaluate(model, 1).status == 0)
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: model)
    for path in ["\(model)/", link, "\(model)/model.safetensors", "\(folder.path("."))/model"] {
      let again = try evaluate(path, 1)
      #expect(again.status == 0 && again.errors.contains("no preprocessor_config.json"), "\(again.errors)")
    }
    let results = try ResultStore.results(at: folder.path("results.sqlite"))
    #expect(results.images.count == 3 && results.experiment.model.name == "model")
    #expect(results.experiment.model.notes?.contains { $0.contains("assumed") } == true)
    let report = try XAIProcess.run("report", folder.path("results.sqlite"), "--format", "markdown")
    #expect(report.output.contains("says how images become inputs"), "\(report.output)")
  }

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
    #expect(results.images.allSatisfy { $0.subjects.allSatisfy { $0.probability == nil } })
    #expect(results.images.contains { !$0.subjects.isEmpty })
    let report = try XAIProcess.run(
      "report", folder.path("results.sqlite"), "-o", folder.path("report.html"))
    #expect(report.status == 0, "\(report.errors)")
  }
  #endif
}
