import Foundation
import Testing
import XAI
import XAITesting

/// A folder of `Plugins/`.
struct PluginFolder: Sendable, CustomTestStringConvertible {
  let kind: String
  let name: String

  var testDescription: String { "\(kind)/\(name)" }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let all: [PluginFolder] = folders(in: "Plugins").flatMap { kind in
    folders(in: "Plugins/\(kind)").map { PluginFolder(kind: kind, name: $0) }
  }

  static func folders(in path: String) -> [String] {
    let folder = root.appendingPathComponent(path)
    let entries =
      (try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)) ?? []
    return entries.filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
      .map(\.lastPathComponent).sorted()
  }

  static func contents(of path: String) -> String? {
    try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// Ids of what the plugin registered.
  func ids(in registry: Registry) -> [String] {
    registry.explainers.filter { $0.plugin == name }.map(\.descriptor.id)
      + registry.models.filter { $0.plugin == name }.map(\.descriptor.id)
      + registry.metrics.filter { $0.plugin == name }.map(\.descriptor.id)
      + registry.datasets.filter { $0.plugin == name }.map(\.descriptor.id)
  }
}

/// The registry against the folders: what a plugin needs beside its code.
@Suite struct RegistryCompletenessTests {
  let registry: Registry

  init() throws {
    registry = try Registry.builtIn()
  }

  @Test("every registered plugin has a folder, and every folder is registered")
  func folders() {
    #expect(
      PluginFolder.all.map(\.name).sorted()
        == builtInPlugins.map { $0.name }.filter { $0 != BuiltInExplainerDefaults.name }.sorted())
    #expect(!PluginFolder.all.isEmpty)
  }

  @Test("registers something of the kind of its folder", arguments: PluginFolder.all)
  func kind(_ folder: PluginFolder) {
    let kinds = [
      "Explainers": registry.explainers.map(\.plugin), "Models": registry.models.map(\.plugin),
      "Metrics": registry.metrics.map(\.plugin), "Datasets": registry.datasets.map(\.plugin),
    ]
    for (kind, plugins) in kinds {
      #expect(plugins.contains(folder.name) == (kind == folder.kind), "\(kind)")
    }
  }

  @Test("is a row of the manifest", arguments: PluginFolder.all)
  func manifest(_ folder: PluginFolder) throws {
    let manifest = try #require(PluginFolder.contents(of: "Package.swift"))
    #expect(manifest.contains(#"Plugin(kind: "\#(folder.kind)", name: "\#(folder.name)""#))
  }

  @Test("is imported with its kind", arguments: PluginFolder.all)
  func list(_ folder: PluginFolder) throws {
    let list = try #require(
      PluginFolder.contents(of: "Sources/XAI\(folder.kind)/BuiltIn\(folder.kind).swift"))
    #expect(list.contains("import XAI\(folder.name)\n"))
  }

  @Test("has a page of documentation for each of its ids", arguments: PluginFolder.all)
  func documentation(_ folder: PluginFolder) {
    for id in folder.ids(in: registry) {
      let path = "docs/\(folder.kind.lowercased())/\(id).md"
      let page = PluginFolder.contents(of: path)
      #expect(page != nil, "\(path) is missing")
      #expect(page?.contains("`\(id)`") ?? true, "\(path) doesn't say what users write")
    }
  }

  @Test("has a complete descriptor", arguments: PluginFolder.all)
  func descriptor(_ folder: PluginFolder) {
    let explainers = registry.explainers.filter { $0.plugin == folder.name }.map {
      ($0.descriptor.title, $0.descriptor.summary, $0.descriptor.citation)
    }
    let models = registry.models.filter { $0.plugin == folder.name }.map {
      ($0.descriptor.title, $0.descriptor.summary, $0.descriptor.citation)
    }
    let metrics = registry.metrics.filter { $0.plugin == folder.name }.map {
      ($0.descriptor.title, $0.descriptor.summary, $0.descriptor.citation)
    }
    let datasets = registry.datasets.filter { $0.plugin == folder.name }.map {
      ($0.descriptor.title, $0.descriptor.summary, $0.descriptor.citation)
    }
    for (title, summary, citation) in explainers + models + metrics + datasets {
      #expect(!title.isEmpty && !summary.isEmpty && !summary.hasSuffix("."))
      #expect(!citation.authors.isEmpty && !citation.title.isEmpty && !citation.venue.isEmpty)
      #expect(!citation.identifier.isEmpty && citation.year > 1900)
    }
  }

  @Test("options are documented on the page of what has them", arguments: PluginFolder.all)
  func options(_ folder: PluginFolder) {
    let entries =
      registry.explainers.filter { $0.plugin == folder.name }.map { ($0.descriptor.id, $0.options) }
      + registry.metrics.filter { $0.plugin == folder.name }.map { ($0.descriptor.id, $0.options) }
      + registry.datasets.filter { $0.plugin == folder.name }.map { ($0.descriptor.id, $0.options) }
    for (id, options) in entries {
      guard let page = PluginFolder.contents(of: "docs/\(folder.kind.lowercased())/\(id).md") else {
        continue
      }
      for option in options { #expect(page.contains("`\(option.name)`"), "\(id): `\(option.name)`") }
    }
  }

  @Test("the page of an explainer says what its scores mean")
  func scores() {
    for entry in registry.explainers {
      let page = PluginFolder.contents(of: "docs/explainers/\(entry.descriptor.id).md") ?? ""
      for (meaning, words) in [
        (ScoreMeaning.signed, "Scores are *signed*"), (.magnitude, "Scores are *magnitudes*"),
        (.relative, "Scores are *relative*"),
      ] {
        #expect(
          page.contains(words) == (entry.descriptor.scores == meaning), "\(entry.descriptor.id): \(meaning)")
      }
    }
  }

  @Test("explainers that go back from a class take a contrast")
  func contrast() {
    for entry in registry.explainers where entry.descriptor.takesContrast {
      #expect(entry.options.contains { $0.name == "contrast" }, "\(entry.descriptor.id)")
    }
  }

  @Test("the folder says what it is")
  func readme() throws {
    let readme = try #require(PluginFolder.contents(of: "Plugins/README.md"))
    #expect(readme.contains("library target"))
  }
}
