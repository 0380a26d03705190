import Foundation
import Testing
import XAITensor
import XAIWeights

/// Wrong arguments: found before the model runs, so nothing is written.
@Suite struct ExplainArgumentTests {
  private func explain(_ arguments: String..., folder: TemporaryFolder, model: String = FixtureModel.vit)
    throws
    -> CommandResult
  {
    try XAIProcess.run(
      ["explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out")] + arguments)
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let says: [String]
    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let wrong: [Wrong] = [
    Wrong(arguments: ["-e", "gmarr"], says: ["gmarr", "did you mean 'gmar'"]),
    Wrong(arguments: ["-e", "gmar:nrm=l2"], says: ["nrm", "did you mean 'norm'"]),
    Wrong(arguments: ["-e", "gmar:norm=l3"], says: ["l3", "l1 | l2"]),
    Wrong(arguments: ["-e", "grad-cam:layer=7"], says: ["layer=7", "0 to 2"]),
    Wrong(arguments: ["-t", "99999"], says: ["99999", "0 to 6"]),
    Wrong(arguments: ["-t", "LABEL"], says: ["LABEL", "any of 7 classes"]),
    Wrong(arguments: ["-t", "top:0"], says: ["top:0"]),
    Wrong(arguments: ["-t", "top:9"], says: ["the 9 likeliest classes", "the model has 7"]),
    Wrong(arguments: ["-t", "LABEL_9"], says: ["LABEL_9", "did you mean"]),
    Wrong(arguments: ["--size", "15x16"], says: ["15×16", "patch"]),
    Wrong(arguments: ["--size", "wide"], says: ["wide"]),
    Wrong(arguments: ["--alpha", "2"], says: ["--alpha"]),
    Wrong(arguments: ["--batch-size", "0"], says: ["--batch-size"]),
    Wrong(arguments: ["--colour-map", "mauve"], says: ["mauve", "viridis"]),
    Wrong(arguments: ["--output-kind", "overlay,film"], says: ["film", "heat-map"]),
    Wrong(arguments: ["--threads", "0"], says: ["0 threads"]),
    Wrong(arguments: ["--precision", "float16"], says: ["float16", "bfloat16"]),
  ]

  @Test(arguments: wrong) func isAUsageErrorThatLeavesNothing(_ wrong: Wrong) throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      ["explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out")]
        + wrong.arguments)
    #expect(result.status == 64, "\(result.errors)")
    for text in wrong.says { #expect(result.errors.contains(text), "\(result.errors)") }
    #expect(result.output.isEmpty)
    #expect(folder.names() == ["photo.png"])
  }

  @Test func missingImagesAreAllNamed() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try explain(folder.path("one.png"), folder.path("two.png"), folder: folder)
    #expect(result.status == 66)
    #expect(result.errors.contains("one.png") && result.errors.contains("two.png"))
    #expect(folder.names() == ["photo.png"])
  }

  @Test func aFolderWithoutImages() throws {
    let folder = try TemporaryFolder()
    try folder.write("text".utf8, to: "empty/notes.txt")
    let result = try XAIProcess.run("explain", "-m", FixtureModel.vit, folder.path("empty"))
    #expect(result.status == 66)
    #expect(result.errors.contains("no images") && result.errors.contains("notes.txt"))
  }

  @Test func anOutputThatCantBe() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("photo.png"))
    #expect(result.status == 73)
    #expect(result.errors.contains("photo.png: the folder can't be made: this is a file, not a folder"))
    let below = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("photo.png/out"))
    #expect(below.status == 73)
    #expect(below.errors.contains("photo.png is a file, not a folder"))
    let system = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", "/proc/out")
    #expect(system.status == 73)
  }
}

/// Images that can't be used: reported, and the others are done.
@Suite struct ExplainImageTests {
  @Test func theRestIsDone() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photos/a.png", seed: 1)
    try folder.writeImage("photos/e.png", seed: 2)
    try folder.write("not an image".utf8, to: "photos/b.jpg")
    try folder.write([], to: "photos/c.png")
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("photos/a.png")))
    try folder.write(whole.prefix(whole.count / 2), to: "photos/d.png")
    try folder.write("left out".utf8, to: "photos/notes.txt")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photos"), "-o", folder.path("out"), "-t", "3", "-e",
      "gmar")
    #expect(result.status == 65)
    #expect(folder.names(in: "out") == ["a.gmar.3.overlay.png", "e.gmar.3.overlay.png"])
    let lines = result.errors.split(separator: "\n").map(String.init)
    #expect(lines.count == 5)
    #expect(lines[0].hasSuffix("left out: 1 file that is no image by its name (notes.txt)"))
    #expect(lines[1].contains("b.jpg") && lines[1].contains("the content is text"))
    #expect(lines[2].contains("c.png") && lines[2].contains("empty"))
    #expect(lines[3].contains("d.png") && lines[3].contains("cut off"))
    #expect(lines[4] == "2 of 5 images explained, 3 failed.")
  }

  @Test("options that can't work with the model are refused before anything is made")
  func tooFewSamples() throws {
    let folder = try TemporaryFolder()
    let result = try XAIProcess.run(
      "explain", "-m", EvaluationFixture.model, EvaluationFixture.scene("heart-and-ring"), "-o",
      folder.path("out"), "-e", "gmar", "-e", "kernel-shap:samples=40")
    #expect(result.status == 64)
    #expect(
      result.errors.contains("40 coalitions don't determine the values of 81 players"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
  }

  @Test("an explainer that fails loses its own maps alone, and is named", arguments: [false, true])
  func partialFailure(_ isJSON: Bool) throws {
    let folder = try TemporaryFolder()
    let scenes = ["heart-and-ring", "heart-and-cross", "triangle-and-star"].map(EvaluationFixture.scene)
    let result = try XAIProcess.run(
      ["explain", "-m", EvaluationFixture.model] + scenes + [
        "-o", folder.path("out"), "-e", "kernel-shap:segments=slic,samples=2", "-e", "gmar", "-e",
        "attention-rollout",
        "--batch-size", "2", "--montage",
      ] + (isJSON ? ["--json"] : []))
    #expect(result.status == 64, "\(result.errors)")
    #expect(folder.names(in: "out").count == 3 * 2 + 1)
    let lines = result.errors.split(separator: "\n").map(String.init)
    #expect(lines.filter { $0.hasPrefix("Error: ") }.count == 3)
    for (line, scene) in zip(lines, scenes) {
      #expect(line.hasPrefix("Error: \(scene): kernel-shap:segments=slic,samples=2: "), "\(line)")
    }
    #expect(lines.last == "3 of 3 images explained, 3 of them not by every explainer.")
    guard isJSON else { return }
    let records = try result.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(records.count == 9)
    let failed = records.filter { $0["error"] != nil }
    #expect(
      failed.map { $0["explainer"] as? String }
        == Array(repeating: "kernel-shap:segments=slic,samples=2", count: 3))
    #expect(failed.map { $0["image"] as? String } == scenes)
  }

  @Test("an image that no explainer can explain counts as failed")
  func nothingLeft() throws {
    let folder = try TemporaryFolder()
    let result = try XAIProcess.run(
      "explain", "-m", EvaluationFixture.model, EvaluationFixture.scene("heart-and-ring"),
      EvaluationFixture.scene("heart-and-cross"), "-o", folder.path("out"), "-e",
      "kernel-shap:segments=slic,samples=2")
    #expect(
      result.status == 64 && result.errors.contains("0 of 2 images explained, 2 failed."), "\(result.errors)")
  }

  @Test("classes with the same map are named, with what tells them apart")
  func sameMaps() throws {
    let folder = try TemporaryFolder()
    let scene = EvaluationFixture.scene("heart-and-ring")
    let arguments = [
      "explain", "-m", EvaluationFixture.model, scene, "-o", folder.path("out"), "-t", "top:2",
    ]
    let alone = try XAIProcess.run(arguments + ["-e", "gmar"])
    #expect(
      alone.status == 0
        && alone.errors
          == "Note: \(scene): gmar gives the same map for ring and heart (rank correlation 0.99 or more); "
          + "try -e attnlrp:preset=vit, which follows the class\n",
      "\(alone.errors)")
    let both = try XAIProcess.run(arguments + ["-e", "gmar", "-e", "occlusion", "--json"])
    #expect(both.errors.contains("; occlusion tells them apart"), "\(both.errors)")
    let records = try both.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(records.map { $0["sameMapAs"] as? [Int] } == [[6], [], [5], []])
    let one = try XAIProcess.run(arguments.dropLast(2) + ["-e", "gmar"])
    #expect(one.errors.isEmpty)
    let other = try XAIProcess.run(arguments + ["-e", "occlusion"])
    #expect(!other.errors.contains("the same map"), "\(other.errors)")
  }

  @Test func tooManyPixels() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "--pixel-limit",
      "100")
    #expect(result.status == 65)
    #expect(result.errors.contains("limit of 100"))
    #expect(folder.names(in: "out").isEmpty)
  }

  @Test func aDegenerateMapIsAWarning() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "-e",
      "grad-cam:point=output")
    #expect(result.status == 0)
    #expect(result.errors.contains("every patch the same score"))
  }
}

/// Weights that are not finite: no file, a message that names the tensor, and a status that is not zero.
@Suite struct NotFiniteWeightTests {
  /// A copy of the fixture whose classifier has a bias of NaN.
  private func model(_ folder: TemporaryFolder) throws -> String {
    let path = folder.path("broken")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in ["config.json", "preprocessor_config.json"] {
      try FileManager.default.copyItem(atPath: "\(FixtureModel.vit)/\(name)", toPath: "\(path)/\(name)")
    }
    let file = try SafetensorsFile(path: "\(FixtureModel.vit)/model.safetensors")
    var tensors = Dictionary(
      uniqueKeysWithValues: try file.tensors.map { ($0.name, try file.tensor($0.name)) })
    tensors["classifier.bias"] = tensors["classifier.bias"].map { bias in
      Tensor(bias.shape, bias.elements.enumerated().map { $0.offset == 2 ? .nan : $0.element })
    }
    try SafetensorsWriter().write(tensors, to: "\(path)/model.safetensors")
    return path
  }

  @Test(
    "explain and compare end with the tensor's name and write nothing",
    arguments: [
      ["explain", "-e", "raw-attention"],
      ["explain", "-e", "gmar", "-e", "centre", "-e", "random", "--json"],
      ["explain", "-e", "occlusion", "-t", "1"], ["compare"], ["compare", "--json"],
      ["check-gradients"],
    ])
  func noMap(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    // A name is shown escaped by every command.
    try folder.writeImage("a\\photo.png")
    let model = try model(folder)
    let images =
      arguments[0] == "check-gradients" ? [] : [folder.path("a\\photo.png"), "-o", folder.path("out")]
    let result = try XAIProcess.run([arguments[0], "-m", model] + images + arguments.dropFirst())
    #expect(result.status == 70, "\(result.errors)")
    #expect(result.errors.contains("'classifier.bias' (nan at [2])"), "\(result.errors)")
    #expect(images.isEmpty || result.errors.contains("a\\\\photo.png: "), "\(result.errors)")
    #expect(result.output.isEmpty)
    let written = (try? FileManager.default.contentsOfDirectory(atPath: folder.path("out"))) ?? []
    #expect(written.isEmpty)
  }
}
