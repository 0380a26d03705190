import Foundation
import Testing
import XAI
import XAICore
import XAITensor
import XAITesting
import XAIWeights

@Suite struct RegistryTests {
  @Test("two plugins of one name, or two things of one id, are refused")
  func duplicates() {
    expectError("two things are registered as the plugin 'ViT'") {
      try Registry(plugins: [ViT.self, ViT.self])
    }
    expectError("two things are registered as the explainer 'gmar'") {
      try Registry(plugins: [GMAR.self, SecondGMAR.self])
    }
    expectError("two things are registered as the metric 'average-drop'") {
      try Registry(plugins: [AverageDrop.self, SecondDrop.self])
    }
  }

  @Test(
    "ids that are not kebab-case are refused", arguments: ["", "Vit", "1vit", "vit-", "v_t", "vit b", "ü"])
  func malformed(_ id: String) {
    MalformedModel.$id.withValue(id) {
      expectError("is not kebab-case") { try Registry(plugins: [MalformedModel.self]) }
    }
  }

  @Test("lookups make what the text says, or say what there is")
  func lookup() throws {
    let registry = try Registry.builtIn()
    #expect(try registry.explainer("gmar:norm=l2").specification == "gmar:norm=l2")
    #expect(try registry.metric("average-drop").descriptor.id == "average-drop")
    expectError("there is no explainer 'gmr'; did you mean 'gmar'?; known are attention-rollout") {
      try registry.explainer("gmr")
    }
    expectError("there is no metric 'average-dorp'; did you mean 'average-drop'?") {
      try registry.metric("average-dorp")
    }
    expectError("gmar has no option 'nrom'; did you mean 'norm'?") { try registry.explainer("gmar:nrom=l2") }
    expectError("average-drop has no option 'spaec'; did you mean 'space'?") {
      try registry.metric("average-drop:spaec=pixels")
    }
  }

  @Test("a data set is an id with options or a path, and what lies there says of which kind it is")
  func datasets() throws {
    let registry = try Registry.builtIn()
    let folder = try TemporaryImages()
    for name in ["folder/cat/1.png", "listed/1.png"] { try folder.addImage(name) }
    try folder.add(text: "file\n1.png\n", to: "listed/labels.csv")
    try folder.add(text: "n01\n", to: "tiny/wnids.txt")
    for (text, id) in [
      (folder.path("folder"), "image-folder"), (folder.path("listed"), "csv"),
      (folder.path("listed/labels.csv"), "csv"), ("csv:path=\(folder.path("listed"))", "csv"),
      ("image-folder:path=\(folder.path("listed")),seed=3", "image-folder"),
    ] {
      #expect(try registry.dataset(text).descriptor.id == id, "\(text)")
    }
    expectError("words.txt: there is no such file") { try registry.dataset(folder.path("tiny")) }
    expectError("image-folder has no option 'sed'; did you mean 'seed'?") {
      try registry.dataset("image-folder:sed=3")
    }
    expectError("'image-foldr' is neither a folder or list of images") {
      try registry.dataset("image-foldr")
    }
  }

  @Test("entries say which plugin they are of")
  func plugins() throws {
    let registry = try Registry.builtIn()
    #expect(registry.explainers.first { $0.descriptor.id == "gmar" }?.plugin == "GMAR")
    #expect(registry.models.first { $0.descriptor.id == "deit" }?.plugin == "DeiT")
    #expect(registry.metrics.first { $0.descriptor.id == "average-gain" }?.plugin == "AverageGain")
  }

  private var directory: ModelDirectory {
    get throws {
      let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      return try ModelDirectory(fixtures.appendingPathComponent("Fixtures/models/hf-vit").path)
    }
  }

  @Test("the family that was registered last is asked first")
  func lastFirst() throws {
    let kernels = AvailableKernels.preferred.make()
    #expect(
      try Registry.builtIn().loadModel(directory, LoadRequest(kernels: kernels)).descriptor.architecture
        == "vit")
    expectError("the third party's family was asked") {
      try Registry.builtIn(adding: [ThirdPartyModel.self]).loadModel(
        directory, LoadRequest(kernels: kernels))
    }
  }

  @Test("a model that no family loads is refused with what it is and what there is")
  func unsupported() throws {
    let error = #expect(throws: RegistryError.self) {
      try Registry(plugins: [DeiT.self]).loadModel(
        directory, LoadRequest(kernels: AvailableKernels.preferred.make()))
    }
    let text = error?.description ?? ""
    #expect(text.contains("no plugin loads model_type vit, ViTForImageClassification"))
    #expect(text.hasSuffix("the families of models are deit"), "\(text)")
  }
}

private enum SecondGMAR: Plugin {
  static let name = "SecondGMAR"
  static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.add(explainer: GMAR.self)
  }
}

private enum SecondDrop: Plugin {
  static let name = "SecondDrop"
  static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.add(metric: AverageDrop.self)
  }
}

private protocol OtherModel: ModelArchitecture {
  static var id: String { get }
}

extension OtherModel {
  static var descriptor: ArchitectureDescriptor {
    ArchitectureDescriptor(
      id: id, title: "", summary: "", huggingFaceClasses: [], timmNames: [],
      capabilities: [], citation: Citation(authors: "", title: "", venue: "", year: 0, identifier: ""))
  }
  static func matches(_ directory: ModelDirectory) -> Bool { true }
  static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    throw ThirdPartyWasAsked()
  }
}

private enum MalformedModel: OtherModel {
  @TaskLocal static var id = ""
}

private enum ThirdPartyModel: OtherModel {
  static let id = "third-party"
}

private struct ThirdPartyWasAsked: Error, CustomStringConvertible {
  let description = "the third party's family was asked"
}
