import Foundation
import Testing
import XAI
import XAICore
import XAITesting
import XAIWeights

/// Which of the model's classes a photograph is asked about, from its folder or its line of a list to the result.
///
/// The bundled model's classes are, from 0: disc, square, triangle, star, cross, ring, heart, crescent.
@Suite struct DataClassesTests {
  private static let shapes = ["disc", "square", "triangle", "star", "cross", "ring", "heart", "crescent"]
  private let folder: TemporaryImages

  init() throws { folder = try TemporaryImages() }

  /// The bundled model with other labels.
  private func model(labels: [String]) throws -> String {
    let demo = EvaluationFixture.model
    try folder.add(folder: "model")
    for name in ["model.safetensors", "preprocessor_config.json"] {
      try? FileManager.default.removeItem(atPath: folder.path("model/\(name)"))
      try FileManager.default.copyItem(atPath: "\(demo)/\(name)", toPath: folder.path("model/\(name)"))
    }
    let data = try Data(contentsOf: URL(filePath: "\(demo)/config.json"))
    var config = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    config["id2label"] = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ("\($0)", $1) })
    config["label2id"] = Dictionary(labels.enumerated().map { ($1, $0) }) { first, _ in first }
    try folder.add(JSONSerialization.data(withJSONObject: config), to: "model/config.json")
    return folder.path("model")
  }

  #if XAI_DATABASE
  /// The classes that each image was asked about, by its name.
  private func asked(
    _ data: String, model: String = EvaluationFixture.model, _ more: String...
  ) throws -> (classes: [String: [Int]], result: CommandResult) {
    let result = try XAIProcess.run(
      [
        "evaluate", "-m", model, "-d", folder.path(data), "-t", "label", "-e", "random", "--metric",
        "sparsity",
        "-o", folder.path("results-\(UUID().uuidString).sqlite"), "--shard", "none", "--json",
      ] + more)
    var classes: [String: [Int]] = [:]
    for line in result.output.split(separator: "\n") {
      guard
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        object["event"] as? String == "image", let name = object["image"] as? String
      else { continue }
      classes[name] = object["classes"] as? [Int]
    }
    return (classes, result)
  }

  @Test("folders in the order of the alphabet are asked about by their names")
  func folders() throws {
    for name in Self.shapes { try folder.addImage("photos/\(name)/0.png", width: 72, height: 72) }
    let (classes, result) = try asked("photos", "--split", "train")
    let all = Dictionary(uniqueKeysWithValues: Self.shapes.enumerated().map { ("\($1)/0.png", [$0]) })
    // A tenth is held out by chance for validation.
    #expect(result.status == 0 && !classes.isEmpty, "\(result.errors)")
    #expect(classes == all.filter { classes[$0.key] != nil })
  }

  @Test("a subset of the classes, and folders of other classes")
  func subset() throws {
    for name in ["test/star/0.png", "test/heart/0.png", "test/ring/0.png"] {
      try folder.addImage("photos/\(name)", width: 72, height: 72)
    }
    #expect(
      try asked("photos").classes == [
        "test/heart/0.png": [6], "test/ring/0.png": [5], "test/star/0.png": [3],
      ])
    try folder.addImage("photos/test/plus/0.png", width: 72, height: 72)
    let refused = try asked("photos").result
    #expect(refused.status == 64 && refused.output.isEmpty)
    #expect(
      refused.errors.contains("1 of the 4 classes of the data is not among the model's 8: 'plus'"),
      "\(refused.errors)")
    let (classes, result) = try asked("photos", "--skip-unmatched")
    #expect(result.status == 0 && classes.count == 3, "\(result.errors)")
    #expect(result.output.contains("left out with its 1 image: 'plus'"))
  }

  @Test("folders and labels that are numbers")
  func numbers() throws {
    let labels = ["1", "2", "3", "10", "11", "20", "21", "30"]
    let model = try model(labels: labels)
    for name in labels { try folder.addImage("photos/test/\(name)/0.png", width: 72, height: 72) }
    let all = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ("test/\($1)/0.png", [$0]) })
    #expect(try asked("photos", model: model).classes == all)
    let ten = try XAIProcess.run(
      "explain", "-m", model, folder.path("photos/test/3/0.png"), "-o", folder.path("maps"), "-t", "10")
    #expect(ten.status == 64)
    #expect(ten.errors.contains("class 3 is called so"), "\(ten.errors)")
    #expect(ten.errors.contains("write name:10, or index:3"), "\(ten.errors)")
    let three = try XAIProcess.run(
      "explain", "-m", model, folder.path("photos/test/3/0.png"), "-o", folder.path("maps"), "-t", "3", "-t",
      "name:3", "-e", "gmar")
    #expect(three.status == 0, "\(three.errors)")
    #expect(
      three.errors.contains("Note: 3 is taken for an index, that of '10'; class 2 is called so: name:3"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("maps")).sorted()
        == ["0.gmar.2.overlay.png", "0.gmar.3.overlay.png"])
  }

  @Test("a list of some of the model's indices")
  func listOfIndices() throws {
    for name in ["a.png", "b.png", "c.png"] { try folder.addImage(name, width: 72, height: 72) }
    try folder.add(text: "file,label\na.png,0\nb.png,2.0\nc.png,5\n", to: "list.csv")
    let (classes, result) = try asked("list.csv")
    #expect(classes == ["a.png": [0], "b.png": [2], "c.png": [5]], "\(result.errors)")
    #expect(result.output.contains("classes of the data matched with the model's: 3 by index"))
    try folder.add(text: "file,label\na.png,0\nb.png,8\n", to: "list.csv")
    #expect(try asked("list.csv").result.errors.contains("'class 8'"))
  }

  @Test("by order where that is asked for")
  func byOrder() throws {
    for name in Self.shapes.sorted() {
      try folder.addImage("photos/test/\(name)/0.png", width: 72, height: 72)
    }
    let (classes, result) = try asked("photos", "--classes", "order")
    #expect(
      classes["test/crescent/0.png"] == [0] && classes["test/triangle/0.png"] == [7], "\(result.errors)")
    #expect(result.output.contains("8 by order"))
    #expect(try asked("photos", "--classes", "sideways").result.status == 64)
  }
  #endif

  @Test("part of a label is no target, and what it may have meant is named")
  func parts() throws {
    try folder.addImage("photo.png", width: 72, height: 72)
    func explain(_ target: String) throws -> CommandResult {
      try XAIProcess.run(
        "explain", "-m", EvaluationFixture.model, folder.path("photo.png"), "-e", "gmar", "-o",
        folder.path("maps"), "-t", target)
    }
    let part = try explain("rin")
    #expect(part.status == 64 && part.errors.contains("did you mean 'ring'?"), "\(part.errors)")
    let whole = try explain("Ring")
    #expect(whole.status == 0 && whole.errors.isEmpty, "\(whole.errors)")
  }

  @Test("the classifier is kept where the data have all of the model's classes, in whatever order")
  func training() throws {
    // Scenes that the model knows: asked for other classes, it would be wrong nearly always.
    let scenes = try Registry.builtIn().dataset("shapes:size=72,train=32").split("train")
    for index in 0..<32 {
      let sample = try scenes.sample(index)
      try folder.add(sample.image.png(), to: "photos/train/\(Self.shapes[sample.label ?? 0])/\(index).png")
    }
    func train(_ output: String, _ more: String...) throws -> CommandResult {
      try XAIProcess.run(
        [
          "train", "-m", EvaluationFixture.model, "-d", folder.path("photos"), "-o", folder.path(output),
          "--epochs",
          "1", "--batch-size", "8", "--micro-batch", "8", "--head-only", "--learning-rate", "1e-12",
        ] + more)
    }
    let result = try train("kept")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors.contains(
        "classes of the data matched with the model's, whose classifier and labels are kept: 8 by label"))
    let accuracy = result.output.firstMatch(of: /accuracy ([0-9.]+) %/).flatMap { Double($0.1) }
    #expect((accuracy ?? 0) > 60, "\(result.output)")
    let kept = try ModelDirectory(folder.path("kept")).config.optionalLabels()
    #expect(kept == Dictionary(uniqueKeysWithValues: Self.shapes.enumerated().map { ($0, $1) }))
    try folder.remove("photos/train/cross")
    let subset = try train("subset")
    #expect(
      subset.errors.contains(
        "the data's 7 classes are not the model's 8, but 7 of them: it gets a new classifier"),
      "\(subset.errors)")
  }
}
