import Foundation
import Testing
import XAITensor

@testable import XAIWeights

@Suite struct ModelDirectoryTests {
  private let directory: TemporaryDirectory
  private let commit = String(repeating: "0a", count: 20)

  init() throws { directory = try TemporaryDirectory() }

  private func writeModel(_ folder: String, config: String = #"{"model_type":"vit"}"#) throws {
    try directory.write(config, to: "\(folder)/config.json")
    try SafetensorsWriter().write(["w": Tensor([], [1])], to: "\(directory.path)/\(folder)/model.safetensors")
  }

  private func error(_ model: String, _ environment: [String: String] = [:]) -> ModelDirectoryError? {
    #expect(throws: ModelDirectoryError.self) { try ModelDirectory(model, environment: environment) }
  }

  private func error(_ body: () throws -> Void) -> ConfigurationError? {
    #expect(throws: ConfigurationError.self, performing: body)
  }

  @Test func tellsFormatsApart() throws {
    for (config, format) in [
      (#"{"model_type":"vit"}"#, ModelDirectory.Format.huggingFace),
      (#"{"architectures":["ViTModel"]}"#, .huggingFace),
      (#"{"architecture":"deit_tiny"}"#, .timm),
      (#"{"pretrained_cfg":{},"model_type":"timm_wrapper"}"#, .timm),
    ] {
      try writeModel("m", config: config)
      #expect(try ModelDirectory("\(directory.path)/m").format == format)
    }
    try writeModel("m", config: "{}")
    #expect(error("\(directory.path)/m") == .unknownFormat(file: "\(directory.path)/m/config.json"))
  }

  @Test func opensDirectoriesAndFiles() throws {
    try writeModel("m")
    let path = "\(directory.path)/m"
    let model = try ModelDirectory(path + "//")
    #expect(model.path == path && model.name == "m")
    #expect(try ModelDirectory("\(path)/.").name == "m")
    #expect(model.imageProcessor == nil)
    #expect(try model.weights().tensors.map(\.name) == ["w"])
    try directory.write("{}", to: "m/preprocessor_config.json")
    #expect(try ModelDirectory(path).imageProcessor?.file == "\(path)/preprocessor_config.json")
    // What is nested in another file goes first, and a file without it says nothing.
    try directory.write(#"{"processor_class": "X"}"#, to: "m/processor_config.json")
    #expect(try ModelDirectory(path).imageProcessor?.file == "\(path)/preprocessor_config.json")
    try directory.write(#"{"image_processor": {"size": true}}"#, to: "m/processor_config.json")
    let nested = try #require(try ModelDirectory(path).imageProcessor)
    #expect(nested.file == "\(path)/processor_config.json")
    #expect(
      error { _ = try nested.integer("size") }
        == .wrongKind(
          file: nested.file, key: "image_processor.size", expected: "an integer", found: "a boolean"))
    try SafetensorsWriter().write(["best": Tensor([], [1])], to: "\(path)/best.safetensors")
    let chosen = try ModelDirectory("\(path)/best.safetensors")
    #expect(chosen.path == path)
    #expect(try chosen.weights().tensors.map(\.name) == ["best"])
  }

  @Test func saysWhatIsWrongWithAPath() throws {
    try directory.write("", to: "m/notes.txt")
    #expect(
      error("\(directory.path)/m")
        == .noConfiguration(directory: "\(directory.path)/m", cached: nil, found: nil))
    #expect(error("\(directory.path)/m/notes.txt") == .notAModel(path: "\(directory.path)/m/notes.txt"))
    for model in [
      "", "/none/at/all", "../none", "a/b/c", "~/model", "a/..", "../../none/here", "a/b@../x", "a/b@",
      "a--b/c", "-a/b",
    ] {
      #expect(error(model) == .notFound(model: model))
    }
    try directory.write("{", to: "m/config.json")
    #expect(throws: ConfigurationError.self) { try ModelDirectory("\(directory.path)/m") }
  }

  @Test func findsRepositoriesInTheCache() throws {
    let repository = "home/hub/models--google--vit-tiny"
    try writeModel("\(repository)/snapshots/\(commit)")
    try directory.write("\(commit)\n", to: "\(repository)/refs/main")
    try directory.write(commit, to: "\(repository)/refs/refs/pr/1")
    let snapshot = "\(directory.path)/\(repository)/snapshots/\(commit)"
    let environment = ["HF_HOME": "\(directory.path)/home"]
    for model in [
      "google/vit-tiny", "google/vit-tiny@main", "google/vit-tiny@\(commit)", "google/vit-tiny@refs/pr/1",
    ] {
      #expect(try ModelDirectory(model, environment: environment).path == snapshot)
    }
    #expect(
      error("google/vit-base@v2", environment)
        == .notCached(
          repository: try #require(RepositoryID("google/vit-base@v2")), cache: "\(directory.path)/home/hub",
          cached: ["google/vit-tiny"]))
    let message = error("google/vit-base@v2", environment).map { "\($0)" } ?? ""
    #expect(message.contains("hf download google/vit-base --revision v2"))
    #expect(message.contains("huggingface-cli") && message.contains("'google/vit-tiny'"))
    // It is called by its name, whatever way leads there.
    #expect(try ModelDirectory("google/vit-tiny", environment: environment).name == "google/vit-tiny")
    #expect(
      try ModelDirectory("google/vit-tiny@main", environment: environment).name == "google/vit-tiny@main")
    for path in [snapshot, "\(snapshot)/", "\(snapshot)/../\(commit)", "\(snapshot)/model.safetensors"] {
      #expect(try ModelDirectory(path, environment: [:]).name == "google/vit-tiny")
    }
    // A revision whose files are gone.
    try directory.write(String(repeating: "1", count: 40), to: "\(repository)/refs/old")
    let incomplete = error("google/vit-tiny@old", environment)
    guard case .incompleteCache = incomplete else {
      Issue.record("\(String(describing: incomplete))")
      return
    }
    #expect(incomplete?.description.contains("hf download google/vit-tiny --revision old") == true)
    // A reference that leads out of the snapshots is no commit.
    try directory.write("../../../m", to: "\(repository)/refs/evil")
    #expect(throws: ModelDirectoryError.self) {
      try ModelDirectory("google/vit-tiny@evil", environment: environment)
    }
  }

  @Test func folderOfARepositorysName() throws {
    let home = try TemporaryDirectory()
    let repository = "hub/models--owner--\(commit)"
    let snapshot = "\(home.path)/\(repository)/snapshots/\(commit)"
    try home.write(commit, to: "\(repository)/refs/main")
    try home.write(#"{"model_type":"vit"}"#, to: "\(repository)/snapshots/\(commit)/config.json")
    // Relative, as users name repositories; nothing else has a folder of this name.
    let folder = "xai-\(UUID().uuidString)"
    let model = "\(folder)/model"
    let cached = "\(home.path)/hub/models--\(folder)--model"
    try FileManager.default.moveItem(atPath: "\(home.path)/\(repository)", toPath: cached)
    try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let environment = ["HF_HOME": home.path]
    let found = try ModelDirectory(model, environment: environment)
    #expect(
      found.path == snapshot.replacing("owner--\(commit)", with: "\(folder)--model") && found.name == model)
    #expect(found.notes.contains { $0.contains("empty folder") })
    // One that holds something is not passed over.
    try "x".write(toFile: "\(model)/notes.txt", atomically: true, encoding: .utf8)
    let hidden = error(model, environment)
    #expect(hidden == .noConfiguration(directory: model, cached: found.path, found: nil))
    #expect(hidden?.description.contains("hides") == true)
  }

  @Test func looksForTheCacheAsTheHubDoes() {
    #expect(HubCache(environment: ["HUGGINGFACE_HUB_CACHE": "/l", "HF_HUB_CACHE": "/a"]).path == "/a")
    #expect(HubCache(environment: ["HUGGINGFACE_HUB_CACHE": "/l", "HF_HOME": "/b"]).path == "/l")
    #expect(HubCache(environment: ["HF_HUB_CACHE": "$DATA/hub", "DATA": "/d"]).path == "/d/hub")
    #expect(HubCache(environment: ["HF_HOME": "${DATA}/$NONE", "DATA": "/d"]).path == "/d/$NONE/hub")
    #expect(HubCache(environment: ["HF_HOME": "~", "HOME": "/h"]).path == "/h/hub")
    #expect(HubCache(environment: ["HF_HUB_CACHE": "/a", "HF_HOME": "/b"]).path == "/a")
    #expect(HubCache(environment: ["HF_HOME": "/b", "XDG_CACHE_HOME": "/c"]).path == "/b/hub")
    #expect(HubCache(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]).path == "/c/huggingface/hub")
    #expect(HubCache(environment: ["HF_HOME": "", "HOME": "/h"]).path == "/h/.cache/huggingface/hub")
    #expect(HubCache(environment: ["HF_HUB_CACHE": "~/x", "HOME": "/h"]).path == "/h/x")
  }
}
