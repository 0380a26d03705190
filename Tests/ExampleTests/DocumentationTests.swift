import Foundation
import Testing
import XAI

/// What the documentation says about code, held against the code.
@Suite struct DocumentationTests {
  @Test func everyExplainersPageHasItsOptionsAsTheyAre() throws {
    for explainer in try Registry.builtIn().explainers {
      try expectTable(of: explainer.options, in: "docs/explainers/\(explainer.descriptor.id).md")
    }
  }

  @Test func theTrainingPageHasTheRecipeAsItIs() throws {
    try expectTable(of: Recipe.descriptions, in: "docs/training.md")
  }

  private func expectTable(of options: [OptionDescription], in page: String) throws {
    let rows = options.map { option in
      let cells = ["`\(option.name)`", "`\(option.defaultValue)`", option.allowed, option.summary]
      return "| " + cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ")
        + " |"
    }
    let table = ["| option | default | values | what it does |", "|---|---|---|---|"] + rows
    #expect(
      try text(page).contains("\n" + table.joined(separator: "\n") + "\n\n"), "\(page) needs:\n\(table)")
  }

  @Test func everyModelHasAPage() throws {
    for model in try Registry.builtIn().models {
      _ = try text("docs/models/\(model.descriptor.id).md")
    }
  }

  /// Code in the guide to plugins is code of the example package, so that it compiles and passes its tests.
  @Test func codeOfTheGuideIsCodeOfTheExample() throws {
    let package = "Examples/ThirdPartyPlugin"
    let sources = try ["Sources/ThirdPartyPlugins", "Sources/MyXAI", "Tests/ThirdPartyPluginsTests"].flatMap {
      folder in
      try FileManager.default.contentsOfDirectory(
        atPath: Programs.root.appendingPathComponent("\(package)/\(folder)").path
      ).map { "\(package)/\(folder)/\($0)" }
    }
    let known = try ([package + "/Package.swift"] + sources).map { normalised(try text($0)) }
    let blocks = swiftBlocks(in: try text("docs/adding-a-plugin.md"))
    #expect(blocks.count >= 6)
    for block in blocks {
      let code = normalised(block)
      #expect(known.contains { $0.contains(code) }, "not in \(package):\n\(block)")
    }
  }

  @Test func codeOfTheReadMeIsThatOfFiveTasks() throws {
    let program = normalised(try text("Examples/FiveTasks/main.swift"))
    let blocks = swiftBlocks(in: try text("README.md")).filter { !$0.contains("import PackageDescription") }
    #expect(!blocks.isEmpty)
    for block in blocks { #expect(program.contains(normalised(block)), "not in FiveTasks:\n\(block)") }
  }

  @Test func codeOfTheSwiftPageIsThatOfMoreTasks() throws {
    let program = normalised(try text("Examples/MoreTasks/MoreTasks.swift"))
    let blocks = swiftBlocks(in: try text("docs/swift.md"))
    #expect(blocks.count >= 8)
    for block in blocks { #expect(program.contains(normalised(block)), "not in MoreTasks:\n\(block)") }
  }

  /// The landing page of the Swift documentation has the README's code.
  @Test func codeOfTheLandingPageIsThatOfTheReadMe() throws {
    let known = swiftBlocks(in: try text("README.md")).map(normalised)
    let blocks = swiftBlocks(in: try text("Sources/XAI/XAI.docc/XAI.md"))
    #expect(blocks.count == 2)
    for block in blocks {
      #expect(known.contains { $0.contains(normalised(block)) }, "not in the README:\n\(block)")
    }
  }

  /// The manifest of the README, of a package in a folder of its own, is one that SwiftPM resolves to this package's products.
  @Test func manifestOfTheReadMeDependsOnThisPackage() throws {
    let manifests = swiftBlocks(in: try text("README.md")).filter { $0.contains("import PackageDescription") }
    #expect(manifests.count == 1)
    try withTemporaryFolder { folder in
      let path = Programs.root.path
      let manifest = try #require(manifests.first).replacingOccurrences(of: "../swift-xai", with: path)
      #expect(manifest.contains(path))
      try Data(manifest.utf8).write(to: folder.appendingPathComponent("Package.swift"))
      let sources = folder.appendingPathComponent("Sources/my-program")
      try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
      try Data("import XAI\n".utf8).write(to: sources.appendingPathComponent("main.swift"))
      let described = try Programs.run(
        at: URL(fileURLWithPath: "/usr/bin/env"),
        ["swift", "package", "--package-path", folder.path, "--disable-sandbox", "describe"])
      #expect(described.status == 0, "\(described.output)")
      #expect(described.output.contains("my-program"), "\(described.output)")
    }
  }

  @Test func linksBetweenPagesLeadSomewhere() throws {
    let folders = [
      "docs", "docs/explainers", "docs/models", "docs/metrics", "docs/datasets", "Examples", "Plugins",
    ]
    let pages =
      folders.flatMap { folder in
        let path = Programs.root.appendingPathComponent(folder).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }
      } + ["README.md", "CONTRIBUTING.md"]
    for page in pages {
      let folder = Programs.root.appendingPathComponent(page).deletingLastPathComponent()
      for match in try text(page).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
        let target = folder.appendingPathComponent(String(match.1)).standardized
        #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(match.1)")
      }
    }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Programs.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The blocks between ```swift and ```.
  private func swiftBlocks(in page: String) -> [String] {
    page.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }

  /// Lines without indentation, so that a part of a type can stand alone; empty lines do not count.
  private func normalised(_ code: String) -> String {
    code.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      .joined(separator: "\n")
  }
}
