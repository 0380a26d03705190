import Foundation
import Testing
import XAI

/// The programs of `Examples/`, run as their readers run them.
@Suite struct ExampleProgramTests {
  @Test func explainImageWritesTheOverlayOfGMAR() throws {
    try withTemporaryFolder { folder in
      let (scene, output) = (folder.path + "/scene.png", folder.path + "/overlay.png")
      try writeScene(to: scene)
      let result = try Programs.run("ExplainImage", [Programs.model, scene, output])
      #expect(result.status == 0, "\(result.output)")

      let model = try Registry.builtIn().loadModel(
        ModelDirectory(Programs.model), LoadRequest(kernels: KernelSelection.makeKernels()))
      let preprocessing = model.descriptor.preprocessing
      let photograph = try RGBImage(contentsOf: scene)
      let attribution = try GMAR().explain(preprocessing.tensor(from: photograph), using: model)[0][0]
      let expected = try attribution.overlay(on: photograph, seenThrough: preprocessing)
      #expect(try RGBImage(contentsOf: output) == expected)
      #expect(result.output == "\(model.descriptor.labels[attribution.classIndex]): gmar is in \(output)\n")
    }
  }

  @Test func fiveTasksPrintsMapsInWordsAndIntervals() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent("Examples"),
        withDestinationURL: Programs.root.appendingPathComponent("Examples"))
      let result = try Programs.run("FiveTasks", [], in: folder)
      #expect(result.status == 0, "\(result.output)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 4, "\(result.output)")

      // What it says, by the longer way: tensors, indices, and a result of results.
      let model = try loadModel(Programs.root.appendingPathComponent("Examples/Demo/model").path)
      let scenes = try ["heart-and-ring", "triangle-and-star"].map {
        try RGBImage(contentsOf: Programs.root.appendingPathComponent("Examples/Demo/scenes/\($0).png").path)
      }
      let input = try model.descriptor.preprocessing.tensor(from: scenes)
      let heart = try AttnLRP(preset: .vit).explain(input, targets: .label("heart"), using: model)[0][0]
      #expect(lines.first == "\(heart)")
      #expect(lines.first?.hasPrefix("attnlrp:preset=vit of class ") == true)
      #expect(lines.first?.contains(" 'heart', ") == true)
      let drawn = try RGBImage(contentsOf: folder.path + "/heart.png")
      #expect(try drawn == heart.overlay(on: scenes[0], seenThrough: model.descriptor.preprocessing))
      let star = try AttnLRP().explain(input, targets: .label("star"), using: model)[1][0]
      #expect(lines.dropFirst().first == "\(star)")
      #expect(lines.dropFirst(2).first?.hasPrefix("insertion of gmar:norm=l2: ") == true)
      #expect(lines.last?.hasPrefix("insertion of attnlrp: ") == true)
    }
  }

  @Test func firstExplanationSaysWhatTheTutorialSays() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent("Examples"),
        withDestinationURL: Programs.root.appendingPathComponent("Examples"))
      let result = try Programs.run("FirstExplanation", [], in: folder)
      #expect(result.status == 0, "\(result.output)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 7, "\(result.output)")
      #expect(lines[0].contains("\"heart\"") && lines[1].contains(" 'heart', "), "\(result.output)")
      // AttnLRP tells heart and ring apart; GMAR doesn't.
      let correlations = lines[2...3].compactMap { Double($0.split(separator: " ").last ?? "") }
      #expect(lines[2].hasPrefix("attnlrp:preset=vit: ") && lines[3].hasPrefix("gmar: "))
      #expect(correlations.count == 2 && correlations[0] < 0.9 && correlations[1] >= 0.99, "\(result.output)")
      #expect(
        lines[4...].map { $0.split(separator: " ")[2] } == ["attnlrp:preset=vit:", "gmar:", "random:"],
        "\(result.output)")

      // Its pictures are those of the tutorial, by the longer way.
      let model = try loadModel(Programs.root.appendingPathComponent("Examples/Demo/model").path)
      let scene = try RGBImage(
        contentsOf: Programs.root.appendingPathComponent("Examples/Demo/scenes/heart-and-ring.png").path)
      for (name, explainer) in [
        ("attnlrp", try AttnLRP(preset: .vit) as any Explainer), ("gmar", GMAR()),
      ] {
        let map = try explainer.explain(scene, target: "heart", using: model)
        let drawn = try RGBImage(contentsOf: "\(folder.path)/heart-\(name).png")
        #expect(try drawn == map.overlay(on: scene, seenBy: model), "\(name)")
      }
      let shown = Programs.root.appendingPathComponent("Sources/XAI/XAI.docc/Resources/heart-attnlrp.png")
        .path
      let picture = try RGBImage(contentsOf: shown)
      let drawn = try RGBImage(contentsOf: "\(folder.path)/heart-attnlrp.png")
      #expect((picture.width, picture.height) == (drawn.width, drawn.height))
      // Kernels differ in the last digits, and so may a colour here and there.
      let differences = zip(picture.pixels, drawn.pixels).map { abs(Int($0.0) - Int($0.1)) }
      #expect(differences.max() ?? 0 <= 8, "make pictures")
    }
  }

  @Test func moreTasksRunsToItsEnd() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent("Examples"),
        withDestinationURL: Programs.root.appendingPathComponent("Examples"))
      let result = try Programs.run("MoreTasks", [], in: folder)
      #expect(result.status == 0, "\(result.output)")
      let lines = result.output.split(separator: "\n").map(String.init)

      // The same by the synchronous forms.
      let model = try loadModel(Programs.root.appendingPathComponent("Examples/Demo/model"))
      let scenes = try ["heart-and-ring", "triangle-and-star"].map {
        try RGBImage(contentsOf: Programs.root.appendingPathComponent("Examples/Demo/scenes/\($0).png"))
      }
      #expect(try lines.prefix(2) == scenes.map { "\(try GMAR().explain($0, using: model))" }[...])
      let drawn = try RISE { $0.masks = 200 }.explain(scenes[0], target: "heart", using: model)
      #expect(lines.contains("\(drawn)"))
      #expect(lines.contains("no class is called hart; is it heart?"))
      #expect(lines.contains("first is done") && lines.contains("second is done"))
      #expect(lines.contains { $0.hasPrefix("insertion, ") })
      #expect(
        lines.contains { $0.hasPrefix("  external:name=captum-ig,contents=") && $0.contains(", 95 % ") })
      #expect(lines.contains { $0.hasSuffix(" more than captum-ig") })
    }
  }

  @Test func compareExplainersPrintsTwoMatricesAndWritesAMontage() throws {
    try withTemporaryFolder { folder in
      let (scene, output) = (folder.path + "/scene.png", folder.path + "/montage.svg")
      try writeScene(to: scene)
      let explainers = ["gmar", "gmar:fusion=none", "attention-rollout", "grad-cam:point=output"]
      let result = try Programs.run(
        "CompareExplainers", [Programs.model, scene, output, "--explainers"] + explainers)
      #expect(result.status == 0, "\(result.output)")
      let lines = result.output.split(separator: "\n").map(String.init)
      for (index, name) in explainers.enumerated() {
        let rows = lines.filter { $0.hasPrefix(name + " ") }.map { $0.split(separator: " ").map(String.init) }
        #expect(rows.count == 2, "\(name) in \(result.output)")
        // A map agrees with itself; the gradient behind the last attention is zero on patches, so nothing ranks it.
        let itself = index == 3 ? "-" : "1.00"
        #expect(rows.first?[index + 2] == itself && rows.last?[index + 2] == itself)
      }
      let montage = try String(contentsOfFile: output, encoding: .utf8)
      #expect(montage.components(separatedBy: "<image ").count == 1 + 5)
      for name in explainers { #expect(montage.contains(">\(name)</text>"), "\(name)") }
    }
  }

  #if XAI_DATABASE
  @Test func theTableOfTheGMARPaperStandsNextToResults() throws {
    try withTemporaryFolder { folder in
      let (results, page) = (folder.path + "/results.sqlite", folder.path + "/page.html")
      let evaluation = try Programs.run(
        "EvaluateExplainers",
        [
          Programs.root.appendingPathComponent("Examples/Demo/model").path, "shapes:size=72", results, page,
          "--split", "validation", "--sample", "2", "--explainers", "gmar:norm=l2", "random", "gmar",
          "--metrics", "deletion", "average-drop",
        ])
      #expect(evaluation.status == 0, "\(evaluation.output)")
      let report = try Report(of: [Report.Source(name: results, results: ResultStore.results(at: results))])
      let here = try #require(report.sections.first).tables.map { table in
        table.rows.map { String(format: "%.2f", $0.estimate?.mean ?? .nan) }
      }
      let result = try Programs.run("GMARPaper", ["table", results])
      #expect(result.status == 0, "\(result.output)")
      let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      let rows = lines.filter { $0.first == "GMAR" }
      // Average Drop comes first, as in the paper; its value, then ours with interval and n, then deletion the same way.
      #expect(
        rows.map { Array($0[..<5]) } == [
          ["GMAR", "(L2)", "gmar:norm=l2", "22.13", here[1][0]],
          ["GMAR", "(L1)", "gmar", "23.93", here[1][2]],
        ])
      #expect(rows.map { $0[9] } == ["10.64", "10.62"])
      #expect(rows.map { $0[10] } == [here[0][0], here[0][2]])
    }
  }

  @Test func theFigureOfTheGMARPaperHasFourImages() throws {
    try withTemporaryFolder { folder in
      let (scene, output) = (folder.path + "/scene.png", folder.path + "/figure.svg")
      try writeScene(to: scene)
      let result = try Programs.run("GMARPaper", ["figure", Programs.model, scene, output])
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.hasPrefix("greatest difference: "))
      let figure = try String(contentsOfFile: output, encoding: .utf8)
      for name in ["Input", "Attention", "Weighted", "Difference"] {
        #expect(figure.contains(">\(name)</text>"))
      }
      // Four images and the colours of the bar, whose middle is 0.
      #expect(figure.components(separatedBy: "<image ").count == 1 + 5 && figure.contains(">0</text>"))
    }
  }

  @Test func evaluateExplainersPrintsTablesAndWritesAPage() throws {
    try withTemporaryFolder { folder in
      let (results, page) = (folder.path + "/results.sqlite", folder.path + "/page.html")
      let arguments = [
        Programs.root.appendingPathComponent("Examples/Demo/model").path, "shapes:size=72", results, page,
        "--split", "validation", "--sample", "5", "--explainers", "gmar", "random", "--metrics", "insertion",
      ]
      let first = try Programs.run("EvaluateExplainers", arguments)
      #expect(first.status == 0, "\(first.output)")
      #expect(first.output.contains("Insertion ↑ (%)") && first.output.contains("GMAR"))
      #expect(first.output.split(separator: "\n").count { $0.hasPrefix("validation-") } == 5)
      let html = try String(contentsOfFile: page, encoding: .utf8)
      #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("Random"))

      let again = try Programs.run("EvaluateExplainers", arguments)
      #expect(again.status == 0)
      #expect(again.output.split(separator: "\n").count { $0.hasPrefix("validation-") } == 0)
      #expect(try String(contentsOfFile: page, encoding: .utf8) == html)
    }
  }
  #endif

  @Test(arguments: ["ExplainImage", "CompareExplainers"])
  func whatIsWrongIsSaidInOneLineWithoutACrash(program: String) throws {
    let result = try Programs.run(program, ["/nowhere", "/nowhere.png", "/nowhere/out.png"])
    #expect(result.status == 1)
    #expect(result.output.hasPrefix("Error: ") && result.output.contains("/nowhere"), "\(result.output)")
  }
}
