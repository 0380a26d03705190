#if XAI_DATABASE
import Foundation
import Testing
import XAI

@Suite struct EvaluateTests {
  private let fixture = EvaluationFixture()

  @Test func wholeRun() throws {
    let result = try XAIProcess.run(fixture.arguments("r.sqlite"))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("10 of 2,000 images of 'validation': 2 explainers"))
    for text in ["average-drop % ↓", "gmar ", "attention-rollout", "10 images in"] {
      #expect(result.output.contains(text), "\(text)")
    }
    let results = try fixture.results("r.sqlite")
    #expect(results.images.count == 10 && results.images.allSatisfy { $0.failure == nil })
    #expect(results.experiment.model.hash.count == 16)
    #expect(results.experiment.data.name == "shapes:size=72")
    #expect(results.images.allSatisfy { $0.label != nil && $0.thumbnail != nil })
    let again = try XAIProcess.run(fixture.arguments("r.sqlite"))
    #expect(again.status == 0 && again.output.contains("all of them known already"))
    #expect(fixture.names == ["r.sqlite"])
  }

  @Test("where nothing is asked for, at most eight explainers are evaluated, the baselines among them")
  func defaults() throws {
    let result = try XAIProcess.run(
      "evaluate", "-m", EvaluationFixture.model, "-d", "shapes:size=72", "--sample", "1", "-o",
      fixture.path("r.sqlite"), "-q")
    #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
    let experiment = try fixture.results("r.sqlite").experiment
    let registry = try Registry.builtIn()
    #expect(
      experiment.explainers.map(\.specification) == [
        "attnlrp:preset=vit", "gradient-rollout", "generic-attention", "gmar", "attention-rollout",
        "grad-cam",
        "random", "centre",
      ])
    let metrics = Set(experiment.metrics.map(\.descriptor.id))
    #expect(metrics.isSuperset(of: ["average-drop", "average-increase", "average-gain"]))
    let objectMetrics = try registry.metrics.filter { try $0.make([]).needs.contains(.objects) }
    #expect(metrics.isSuperset(of: objectMetrics.map(\.descriptor.id)))
  }

  @Test("an experiment names the explainers of relative scores, whose masks are from minimum to maximum")
  func relativeScores() throws {
    func run(_ output: String, _ metric: String, _ explainers: String...) throws -> EvaluationResults {
      let result = try XAIProcess.run(
        [
          "evaluate", "-m", EvaluationFixture.model, "-d", "shapes:size=72", "--sample", "2", "--metric",
          metric,
        ]
          + ["-o", fixture.path(output), "--shard", "none"] + explainers.flatMap { ["-e", $0] })
      #expect(result.status == 0, "\(result.errors)")
      return try fixture.results(output)
    }
    let relative = "rise:masks=20,score=logit"
    let clip = try run("clip.sqlite", "average-drop", relative, "gmar")
    #expect(clip.experiment.settings["relative scores"] == relative)
    #expect(clip.experiment.explainers.map(\.scoreMeaning) == [.relative, .magnitude])
    // The numbers of `shift` are those of before there was a choice.
    let shift = try run("shift.sqlite", "average-drop:negative=shift", relative, "gmar")
    func numbers(_ results: EvaluationResults) -> [Double?] {
      results.images.flatMap { $0.subjects.flatMap { $0.maps.map { $0.values[0]?.number } } }
    }
    #expect(numbers(clip) == numbers(shift) && numbers(clip).count == 4)
    #expect(try run("none.sqlite", "average-drop", "gmar").experiment.settings["relative scores"] == nil)
  }

  @Test("a dry run says how long it would take, and does nothing")
  func dryRun() throws {
    let text = try XAIProcess.run(fixture.arguments("r.sqlite", "--dry-run"))
    #expect(text.status == 0 && text.errors.isEmpty, "\(text.errors)")
    let lines = text.output.split(separator: "\n")
    #expect(
      lines.count == 2 && lines[1].contains("2 explainers × 2 metrics × 10 images: about "), "\(lines)")
    // For each of two explainers one masked image and, of 9 steps of 8 rows, 9 images that aren't whole.
    #expect(lines[1].contains(", 20 inputs per image at "), "\(lines)")
    let result = try XAIProcess.run(fixture.arguments("r.sqlite", "--dry-run", "--json"))
    let line = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(line["event"] as? String == "estimate" && line["images"] as? Int == 10)
    #expect(line["inputsPerImage"] as? Int == 20)
    #expect(try #require(line["seconds"] as? Double) > 0)
    #expect(fixture.names.isEmpty)
  }

  @Test("an explainer that fails loses its own maps alone, and is named", arguments: [false, true])
  func partialFailure(_ isJSON: Bool) throws {
    let arguments = [
      "evaluate", "-m", EvaluationFixture.model, "-d", "shapes:size=72", "--sample", "3", "-e", "gmar", "-e",
      "kernel-shap:segments=slic,samples=2", "--metric", "average-drop", "--metric", "class-sensitivity",
      "-o",
      fixture.path("r.sqlite"),
    ]
    let result = try XAIProcess.run(arguments + (isJSON ? ["--json"] : []))
    #expect(result.status == 65, "\(result.errors)")
    if isJSON {
      #expect(result.output.contains("\"failedMaps\":[{\"count\":3,\"explainer\":\"kernel-shap:"))
    } else {
      #expect(
        result.errors.contains("Error: kernel-shap:segments=slic,samples=2 failed for 3 maps"),
        "\(result.errors)")
      #expect(result.errors.contains("2 coalitions don't determine the values"))
    }
    let results = try fixture.results("r.sqlite")
    #expect(results.images.count == 3 && results.images.allSatisfy { $0.failure == nil })
    for subject in results.images.flatMap(\.subjects) {
      #expect(subject.maps[0].failure == nil && subject.maps[0].values.allSatisfy { $0 != nil })
      #expect(subject.maps[1].scores.isEmpty && subject.maps[1].values == [nil, nil])
      #expect(subject.maps[1].failure?.contains("coalitions") == true)
    }
    // What is there is as it is without the other.
    let alone = try XAIProcess.run(
      arguments.filter { !$0.hasPrefix("kernel-shap") }.enumerated().filter { $0.offset != 9 }.map(\.element)
        .map { $0.hasSuffix("r.sqlite") ? fixture.path("alone.sqlite") : $0 })
    #expect(alone.status == 0, "\(alone.errors)")
    let expected = try fixture.results("alone.sqlite").images.map { $0.subjects.map { $0.maps[0] } }
    #expect(results.images.map { $0.subjects.map { $0.maps[0] } } == expected)
    let page = try XAIProcess.run("report", fixture.path("r.sqlite"), "-o", fixture.path("r.html"))
    #expect(page.status == 0, "\(page.errors)")
    let html = try String(contentsOfFile: fixture.path("r.html"), encoding: .utf8)
    #expect(html.contains("failed for 3 maps") && html.contains("no map: Kernel SHAP"))
  }

  @Test func jsonLines() throws {
    let result = try XAIProcess.run(fixture.arguments("r.sqlite", "--json"))
    #expect(result.status == 0)
    let lines = try result.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(
      lines.compactMap { $0["event"] as? String } == ["estimate", "began"]
        + Array(repeating: "image", count: 10) + [
          "finished"
        ])
    let means = try #require(lines.last?["means"] as? [[String: Any]])
    #expect(means.allSatisfy { $0["n"] as? Int == 10 && $0["mean"] is Double })
  }

  @Test("a folder of images without classes is evaluated")
  func flatFolder() throws {
    let folder = try #require(fixture.folder)
    for index in 0..<3 { try folder.writeImage("photos/\(index).jpg", seed: index) }
    try folder.write("broken".utf8, to: "photos/3.jpg")
    let arguments = [
      "evaluate", "-m", FixtureModel.vit, "-d", folder.path("photos"), "-e", "gmar", "-o",
      folder.path("r.sqlite"),
    ]
    let result = try XAIProcess.run(arguments)
    // What was asked for and is missing is named, and the status says so.
    #expect(result.status == 65, "\(result.errors)")
    #expect(result.errors.contains("3.jpg") && result.errors.contains("1 image was left out"))
    let results = try fixture.results("r.sqlite")
    #expect(results.images.map(\.identifier) == (0..<4).map { "\($0).jpg" })
    #expect(results.images.map { $0.failure != nil } == [false, false, false, true])
    #expect(results.images.allSatisfy { $0.label == nil })
    let strict = try XAIProcess.run(arguments + ["--restart", "--strict"])
    #expect(strict.status == 65 && strict.errors.contains("3.jpg"))
    #expect(try XAIProcess.run(arguments).status == 65)
    let labels = try XAIProcess.run(arguments + ["-t", "label", "--restart"])
    #expect(labels.status == 64 && labels.errors.contains("images with a class"))
    // What is refused removes nothing.
    #expect(try fixture.results("r.sqlite").images.count == 4)
  }

  @Test(
    "wrong arguments are refused before anything is written",
    arguments: [
      (["-t", "top:0"], 64, "top:0"), (["-t", "9"], 64, "no class 9"),
      (["--metric", "average-drip"], 64, "average-drop"),
      (["--protocol", "rice"], 64, "rice"), (["--sample", "0"], 64, "--sample"),
      (["--split", "no"], 64, "validation"),
      (["--shard", "3/2"], 64, "3/2"), (["--batch-size", "0"], 64, "--batch-size"),
      (["-e", "gmar:norm=l3"], 64, "l3"), (["-m", "/no/model"], 66, "/no/model"),
      (["-o", "/no/folder/r.sqlite"], 73, "/no/folder"),
    ] as [([String], Int32, String)])
  func refused(arguments: [String], status: Int32, text: String) throws {
    // The parser takes the last of an option that is given twice.
    let result = try XAIProcess.run(fixture.arguments("r.sqlite") + arguments)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(text), "\(result.errors)")
    #expect(fixture.names.isEmpty)
  }

  @Test("another experiment is refused with what differs, and --restart begins anew")
  func otherExperiment() throws {
    #expect(try XAIProcess.run(fixture.arguments("r.sqlite", "-q")).status == 0)
    let other = try XAIProcess.run(fixture.arguments("r.sqlite", "-t", "label"))
    #expect(other.status == 64)
    #expect(other.errors.contains("target: predicted there, label here"), "\(other.errors)")
    #expect(try fixture.results("r.sqlite").experiment.target == "predicted")
    #expect(try XAIProcess.run(fixture.arguments("r.sqlite", "-q", "-t", "label", "--restart")).status == 0)
    #expect(try fixture.results("r.sqlite").experiment.target == "label")
    let file = try #require(fixture.folder)
    try file.write("mine".utf8, to: "mine.sqlite")
    #expect(try XAIProcess.run(fixture.arguments("mine.sqlite", "--restart")).status == 65)
    #expect(try String(contentsOfFile: fixture.path("mine.sqlite"), encoding: .utf8) == "mine")
  }
}
#endif
