import Foundation
import Testing
import XAITensor
import XAIWeights

/// Classes that the command gives a model: texts, vectors, images and names.
@Suite struct GivenClassesTests {
  private let clip = FixtureModel.folder.appendingPathComponent("../clip/both-towers").standardized.path
  private let vision = FixtureModel.folder.appendingPathComponent("hf-clip-vision-gelu").path

  private struct Record: Decodable {
    struct Score: Decodable {
      let index: Int
      let label: String
      let probability: Float
    }
    let target: Score
  }

  /// Explains an image, and gives what was asked about.
  private func targets(_ folder: TemporaryFolder, _ model: String, _ arguments: [String]) throws -> [Record
    .Score]
  {
    let result = try XAIProcess.run(
      [
        "explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out"), "--json", "-e",
        "grad-cam",
      ]
        + arguments)
    #expect(result.status == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Record.self, from: Data($0.utf8)).target
    }
  }

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    return folder
  }

  @Test("texts for --target are the classes of a model that reads texts")
  func texts() throws {
    let folder = try folder()
    let found = try targets(
      folder, clip, ["-t", "a photo of a dog", "-t", "name:12 cats", "-t", "predicted"])
    #expect(found.map(\.label).prefix(2) == ["a photo of a dog", "12 cats"] && found.map(\.index)[1] == 1)
    #expect(abs(found[0].probability + found[1].probability - 1) < 1e-5)
    let one = try XAIProcess.run(
      "explain", "-m", clip, folder.path("photo.png"), "-o", folder.path("out"), "-t", "dog")
    #expect(one.status == 0 && one.errors.contains("whose probability is 1"), "\(one.errors)")
  }

  @Test("a file of texts, with templates and without, gives other probabilities")
  func files() throws {
    let folder = try folder()
    try folder.write("dog\n\ncat \nred house\n".utf8, to: "texts.txt")
    let texts = ["--classes-from", folder.path("texts.txt"), "-t", "cat"]
    let plain = try targets(folder, clip, texts)
    let templates = try targets(
      folder, clip, texts + ["--template", "a photo of a {}", "--template", "the {}"])
    #expect(plain.map(\.index) == [1] && templates.map(\.index) == [1])
    #expect(plain[0].probability != templates[0].probability)
    // The same as the texts themselves.
    let same = try targets(folder, clip, ["-t", "cat", "-t", "dog", "-t", "red house"])
    #expect(abs(same[0].probability - plain[0].probability) < 1e-5)
  }

  @Test("vectors and images are classes of any model, and names are of a classifier")
  func others() throws {
    let folder = try folder()
    try SafetensorsWriter().write(
      ["ant": Tensor([10], (0..<10).map { Float($0) }), "bee": Tensor(repeating: -1, [10])],
      to: folder.path("vectors.safetensors"))
    let vectors = try targets(
      folder, vision, ["--classes-from", folder.path("vectors.safetensors"), "-t", "bee"])
    #expect(vectors.map(\.index) == [1])

    for name in ["one", "two"] {
      try folder.writeImage("likes/\(name).png", seed: name.count + name.utf8.count)
    }
    try folder.writeImage("likes/two.png", seed: 9)
    for model in [vision, FixtureModel.vit] {
      let likes = try targets(folder, model, ["--classes-from", folder.path("likes"), "-t", "two"])
      #expect(likes.map(\.label) == ["two"], "\(model)")
    }
    try folder.writeImage("nested/a/1.png", seed: 3)
    try folder.writeImage("nested/a/2.png", seed: 4)
    try folder.writeImage("nested/b/1.png", seed: 5)
    let nested = try targets(folder, vision, ["--classes-from", folder.path("nested"), "-t", "b"])
    #expect(nested.map(\.index) == [1])

    let names = (0..<7).map { "name \($0)" }.joined(separator: "\n")
    try folder.write(names.utf8, to: "names.txt")
    let named = try targets(
      folder, FixtureModel.vit, ["--classes-from", folder.path("names.txt"), "-t", "name 3"])
    #expect(named.map(\.index) == [3])
  }

  @Test("the classes are inspected as the model's own")
  func inspect() throws {
    let folder = try folder()
    try folder.write("dog\ncat".utf8, to: "texts.txt")
    let result = try XAIProcess.run("inspect", clip, "--classes-from", folder.path("texts.txt"), "--labels")
    #expect(result.status == 0 && result.output.contains("1") && result.output.contains("cat"))
    let backbone = try XAIProcess.run("inspect", clip)
    #expect(backbone.output.contains("none: a backbone") && backbone.output.contains("--classes-from"))
    let explained = try XAIProcess.run(
      "explain", "-m", clip, folder.path("photo.png"), "-o", folder.path("out"))
    #expect(explained.status == 0 && explained.errors.contains("reads texts"), "\(explained.errors)")
  }

  @Test("what can't be given says why")
  func refusals() throws {
    let folder = try folder()
    try folder.write("dog\ncat".utf8, to: "texts.txt")
    try folder.write([UInt8](), to: "empty.txt")
    try folder.write("dog\ndog".utf8, to: "twice.txt")
    try folder.write([1 as UInt8], to: "vectors.pt")
    for (model, arguments, status, reason) in [
      (clip, ["--classes-from", folder.path("none.npy")], 66, "there is no"),
      (clip, ["--classes-from", folder.path("vectors.pt")], 64, ".txt, .npy and .safetensors"),
      (clip, ["--classes-from", folder.path("empty.txt")], 65, "no text"),
      (clip, ["--classes-from", folder.path("twice.txt")], 65, "twice"),
      (clip, ["--template", "a {}"], 64, "give them by --target"),
      (clip, ["--template", "a", "-t", "dog"], 65, "without {}"),
      (vision, ["--classes-from", folder.path("texts.txt")], 65, "names alone"),
      (vision, ["--template", "a {}", "-t", "dog"], 64, "models that read texts"),
      (vision, ["-t", "dog"], 64, "doesn't read texts"),
      (FixtureModel.vit, ["--classes-from", folder.path("texts.txt")], 65, "7 classes"),
    ] as [(String, [String], Int32, String)] {
      let result = try XAIProcess.run(
        ["explain", "-m", model, folder.path("photo.png"), "-o", folder.path("out")] + arguments)
      #expect(result.status == status && result.errors.contains(reason), "\(arguments): \(result.errors)")
    }
  }
}
