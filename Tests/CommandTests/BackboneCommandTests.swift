import Foundation
import Testing
import XAITensor
import XAIWeights

/// The command with models that have no classifier: what it explains without a class, with a feature for one, and training.
@Suite struct BackboneCommandTests {
  private static let fixtures = FixtureModel.folder.appendingPathComponent("../backbones").standardized
  private static func model(_ name: String) -> String { fixtures.appendingPathComponent(name).path }

  @Test("without a class the first explainer that needs none runs, and tokens can be looked at")
  func withoutClass() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let arguments = [
      "explain", "-m", Self.model("hf-mae"), folder.path("photo.png"), "-o", folder.path("out"),
    ]
    let plain = try XAIProcess.run(arguments)
    #expect(plain.status == 0 && plain.errors.contains("nothing is masked"), "\(plain.errors)")
    #expect(folder.names(in: "out") == ["photo.attention-rollout.overlay.png"])
    let tokens = try XAIProcess.run(
      arguments + ["-e", "token-norm", "-e", "patch-pca", "-e", "patch-pca:component=2", "--montage"])
    #expect(tokens.status == 0, "\(tokens.errors)")
    let inspected = try XAIProcess.run("inspect", Self.model("timm-deit-distilled"))
    #expect(
      inspected.output.contains("features from the mean of the class and the distillation token"),
      "\(inspected.output)")
  }

  @Test("elements of the features are classes where they are asked for")
  func features() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let arguments = [
      "explain", "-m", Self.model("hf-dinov2"), folder.path("photo.png"), "-o", folder.path("out"),
    ]
    let explained = try XAIProcess.run(arguments + ["-e", "grad-cam", "-t", "feature:17", "-t", "feature:3"])
    #expect(explained.status == 0 && explained.output.contains("feature:17"), "\(explained.errors)")
    #expect(
      folder.names(in: "out") == ["photo.grad-cam.0.overlay.png", "photo.grad-cam.1.overlay.png"],
      "\(folder.names(in: "out"))")
    // Of a model with a classifier too, whose classes they replace.
    let classifier = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "-t", "feature:2"
    )
    #expect(classifier.status == 0, "\(classifier.errors)")
  }

  @Test("what can't be a class says what to write instead")
  func refusals() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    try folder.writeImage("likes/a/1.png", seed: 3)
    try FileManager.default.createDirectory(
      atPath: folder.path("likes/b"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder.path("none"), withIntermediateDirectories: true)
    try SafetensorsWriter().write(["ant": Tensor(repeating: 1, [7])], to: folder.path("short.safetensors"))
    for (arguments, status, reason) in [
      (["-t", "feature:24"], 65, "24 elements, 0 to 23"),
      (["-t", "feature:"], 64, "write its number"),
      (["-t", "feature:-1"], 64, "write its number"),
      (["-t", "feature:1", "-t", "cat"], 64, "in two runs"),
      (["-t", "feature:1", "-t", "0"], 64, "in two runs"),
      (["-t", "feature:1", "--classes-from", folder.path("likes")], 64, "leave out one of the two"),
      (["-t", "cat"], 64, "-t feature:0"),
      (["-t", "0"], 64, "-t feature:0"),
      (["-e", "gmar"], 64, "-t feature:0"),
      (["--classes-from", folder.path("none")], 66, "no images"),
      (["--classes-from", folder.path("likes")], 66, "no images"),
      (["--classes-from", folder.path("short.safetensors")], 65, "24 or 12"),
    ] as [([String], Int32, String)] {
      let result = try XAIProcess.run(
        ["explain", "-m", Self.model("hf-dinov2"), folder.path("photo.png"), "-o", folder.path("out")]
          + arguments)
      #expect(
        result.status == status && result.errors.contains(reason),
        "\(arguments): \(result.status), \(result.errors)")
    }
  }

  @Test(
    "a backbone gets a classifier, alone or with all of it trained, and an interrupted run ends in the same bits",
    arguments: ["hf-mae-pretraining", "hf-beit", "timm-deit-distilled"])
  func training(_ name: String) throws {
    let fixture = try TrainingFixture(images: 4, side: 16)
    func train(_ output: String, _ more: String...) throws -> CommandResult {
      try XAIProcess.run(
        [
          "train", "-m", Self.model(name), "-d", fixture.data, "-o", fixture.output(output), "--epochs", "4",
          "--batch-size", "4",
        ] + more)
    }
    for (output, scope) in [("frozen", "head"), ("whole", "model")] {
      let whole = try train(output, "--scope", scope)
      #expect(whole.status == 0, "\(whole.errors)")
      #expect(whole.errors.contains("is a backbone without a classifier: it gets one"), "\(whole.errors)")
      let stopped = try train("\(output)-2", "--scope", scope, "--stop-after", "3steps")
      #expect(
        stopped.status == 0 && fixture.folder.names(in: "\(output)-2").contains("checkpoint.safetensors"),
        "\(stopped.errors)")
      #expect(try train("\(output)-2", "--scope", scope).status == 0)
      #expect(
        try fixture.bytes("\(output)/model.safetensors") == fixture.bytes("\(output)-2/model.safetensors"))
      let explained = try XAIProcess.run(
        "explain", "-m", fixture.output(output), fixture.data + "/val/red/0.png", "-o",
        fixture.output("maps"), "-t", "red")
      #expect(explained.status == 0, "\(explained.errors)")
    }

    // A head alone leaves the backbone as it was.
    let before = try SafetensorsFile(path: "\(Self.model(name))/model.safetensors")
    func changed(_ output: String) throws -> [String] {
      let after = try SafetensorsFile(path: fixture.output("\(output)/model.safetensors"))
      return try after.tensors.map(\.name).filter { name in
        let bare = name.split(separator: ".").dropFirst().joined(separator: ".")
        guard let old = [name, bare].first(where: { before[$0] != nil }) else { return true }
        return try before.tensor(old).elements != after.tensor(name).elements
      }
    }
    let heads = try changed("frozen")
    #expect(
      !heads.isEmpty && heads.allSatisfy { $0.hasPrefix("classifier") || $0.hasPrefix("head") }, "\(heads)")
    #expect(try changed("whole").count > heads.count)
  }
}
