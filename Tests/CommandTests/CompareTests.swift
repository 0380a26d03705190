import Foundation
import Testing
import XAI
import XAIFigures
import XAIImage

@Suite struct CompareTests {
  struct Record: Decodable {
    struct Map: Decodable {
      let explainer: String
      let family: String
      let isClassSpecific: Bool
      let isDegenerate: Bool
      let seconds: Double
      let scores: [Float]
    }
    struct Score: Decodable { let index: Int }
    struct Agreement: Decodable {
      let correlation: [[Double?]]
      let overlap: [[Double?]]
    }
    let target: Score
    let predicted: Score
    let maps: [Map]
    let agreement: Agreement
    let files: [String: String]
  }

  private func record(_ result: CommandResult) throws -> Record {
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Record.self, from: Data(result.output.utf8))
  }

  @Test("every explainer that fits is asked, with the maps that explain writes")
  func everything() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try record(
      XAIProcess.run(
        "compare", "-m", FixtureModel.nonSquare, folder.path("photo.png"), "-o", folder.path("out"), "-t",
        "2",
        "--json"))
    let registry = try Registry.builtIn()
    let model = try registry.loadModel(
      ModelDirectory(FixtureModel.nonSquare), LoadRequest(kernels: KernelSelection.makeKernels()))
    let fitting = registry.explainers.map(\.descriptor.id).filter { id in
      (try? registry.explainer(id).check(fits: model.descriptor)) != nil
    }
    #expect(result.maps.map(\.explainer) == fitting && fitting.count > 7)
    #expect(result.target.index == 2)
    let image = try RGBImage(contentsOf: folder.path("photo.png"))
    let explained = try registry.explainer("grad-cam")
      .explain(model.descriptor.preprocessing.tensor(from: image), targets: .classes([2]), using: model)
    let map = try #require(result.maps.first { $0.explainer == "grad-cam" })
    #expect(zip(map.scores, explained[0][0].scores).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(map.family == "gradient" && map.isClassSpecific && map.seconds >= 0)

    let count = result.maps.count
    for row in 0..<count {
      #expect(
        result.agreement.correlation[row].count == count && result.agreement.overlap[row].count == count)
      guard !result.maps[row].isDegenerate else { continue }
      #expect(
        abs((result.agreement.correlation[row][row] ?? 0) - 1) < 1e-12
          && result.agreement.overlap[row][row] == 1)
    }
    for kind in ["comparison", "agreement"] {
      let file = try #require(result.files[kind])
      #expect(file == folder.path("out/photo.2.\(kind).\(FigureFormat.preferred.fileExtension)"))
      if FigureFormat.preferred == .png { #expect(try RGBImage(contentsOf: file).width > 300) }
    }
  }

  @Test("people get a table, the matrix and the files")
  func text() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "compare", "-m", FixtureModel.nonSquare, folder.path("photo.png"), "-o", folder.path("out"), "-e",
      "gmar:norm=l2", "-e", "attention-rollout", "--figure-format", "svg")
    // A run of more than ten seconds would say how far it is, which is no complaint.
    #expect(result.status == 0 && !result.errors.contains("Error"), "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(
      lines.contains { $0.hasPrefix("  1  gmar:norm=l2") && $0.contains("gradient") && $0.contains("yes") })
    #expect(
      lines.contains {
        $0.hasPrefix("  2  attention-rollout") && $0.contains("attention") && $0.contains("no")
      })
    #expect(lines.contains { $0.hasPrefix("  1") && $0.contains("·") && $0.hasSuffix("gmar:norm=l2") })
    #expect(folder.names(in: "out").count == 2 && folder.names(in: "out").allSatisfy { $0.hasSuffix(".svg") })
  }

  @Test("of another class than the predicted one it is said which explainers have the same map for both")
  func sameForBoth() throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "compare", "-m", EvaluationFixture.model, EvaluationFixture.scene("heart-and-ring"), "-t", "heart",
      "-e",
      "gmar", "-e", "occlusion", "-e", "attention-rollout", "-o", folder.path("out"),
    ]
    let text = try XAIProcess.run(arguments)
    #expect(text.status == 0, "\(text.errors)")
    #expect(
      text.output.contains(
        "The same map for heart and ring (rank correlation 0.99 or more): gmar; occlusion tells them apart"),
      "\(text.output)")
    let json = try XAIProcess.run(arguments + ["--json"])
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let maps = try #require(document["maps"] as? [[String: Any]])
    #expect(maps.map { $0["isSameAsPredicted"] as? Bool } == [true, false, true])
    #expect(try #require(maps[1]["predictedClassCorrelation"] as? Double) < 0)
    let predicted = try XAIProcess.run(arguments + ["-t", "ring"])
    #expect(!predicted.output.contains("The same map"))
  }

  @Test("an explainer that fails is named, and the others are compared")
  func partialFailure() throws {
    let folder = try TemporaryFolder()
    let result = try XAIProcess.run(
      "compare", "-m", EvaluationFixture.model, EvaluationFixture.scene("heart-and-ring"), "-e", "gmar", "-e",
      "kernel-shap:segments=slic,samples=2", "-e", "attention-rollout", "-o", folder.path("out"), "--json")
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains("Error: kernel-shap:segments=slic,samples=2: "))
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect((document["maps"] as? [Any])?.count == 2)
    #expect(
      (document["failed"] as? [[String: String]])?.map { $0["id"] } == ["kernel-shap:segments=slic,samples=2"]
    )
    #expect(folder.names(in: "out").count == 2)
  }

  @Test("families narrow what is asked")
  func families() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try record(
      XAIProcess.run(
        "compare", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "--json",
        "--family",
        "attention", "--family", "baseline"))
    #expect(Set(result.maps.map(\.family)) == ["attention", "baseline"])
  }

  @Test(
    "wrong arguments are refused before anything is written",
    arguments: [
      (["-t", "top:2"], "a comparison is of one", 64), (["-e", "gmarr"], "did you mean 'gmar'", 64),
      (["-t", "99999"], "no class 99999", 64), (["--family", "magic"], "family", 64),
      (["-e", "gmar", "--family", "baseline"], "none of the named explainers", 64),
    ])
  func errors(_ arguments: [String], _ message: String, _ status: Int32) throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      ["compare", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out")] + arguments)
    #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
  }

  @Test("a text file named .jpg is bad input")
  func textFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("no image".utf8), to: "photo.jpg")
    let result = try XAIProcess.run(
      "compare", "-m", FixtureModel.vit, folder.path("photo.jpg"), "-o", folder.path("out"))
    #expect(result.status == 65 && result.errors.contains("photo.jpg"), "\(result.errors)")
  }
}
