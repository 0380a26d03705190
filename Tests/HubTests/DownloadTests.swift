import Foundation
import Testing
import XAIFoundation
import XAIHub
import XAITesting
import XAIWeights

/// What is downloaded, in which order, and where it lies then.
@Suite struct DownloadTests {
  let fixture: HubFixture
  let commit = String(repeating: "c", count: 40)

  init() throws {
    fixture = try HubFixture()
    fixture.server.add("toy/vit", try FixtureFiles.vit())
  }

  @Test("the cache is laid out as the hub's own client does it")
  func layout() throws {
    let files = try FixtureFiles.vit().files
    let download = try fixture.download("toy/vit")
    let wanted = ["config.json", "model.safetensors", "preprocessor_config.json"]
    #expect(download.files.map(\.name).sorted() == wanted)
    #expect(download.commit == commit && download.folder == fixture.path("snapshots/\(commit)"))
    #expect(download.address == fixture.server.address)
    #expect(fixture.names(in: "snapshots/\(commit)") == wanted)
    #expect(fixture.names(in: "blobs") == wanted.map { ToyHub.etag($0, files[$0] ?? []) }.sorted())
    for name in wanted {
      let link = fixture.path("snapshots/\(commit)/\(name)")
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
      #expect(target == "../../blobs/\(ToyHub.etag(name, files[name] ?? []))")
      #expect(try fixture.bytes("snapshots/\(commit)/\(name)") == files[name])
    }
    #expect(try fixture.bytes("refs/main") == Array(commit.utf8))
    #expect(
      fixture.names(in: ".no_exist/\(commit)") == [
        "merges.txt", "processor_config.json", "spiece.model", "tokenizer.json", "tokenizer_config.json",
        "vocab.json",
      ])
    // Nothing lies beside it but the locks, by the names that the other client gives them.
    #expect(fixture.names(in: "") == [".no_exist", "blobs", "refs", "snapshots"])
    #expect(
      fixture.names(in: "../.locks/models--toy--vit")
        == wanted.map { "\(ToyHub.etag($0, files[$0] ?? [])).lock" }.sorted())
    for file in download.files { #expect(file.receivedCount == files[file.name]?.count) }
  }

  @Test("the configuration comes before anything else is asked for, and the weights last")
  func order() throws {
    try fixture.download("toy/vit")
    let gets = fixture.server.requests.filter { $0.method == "GET" }.map {
      $0.path.split(separator: "/").last.map(String.init) ?? ""
    }
    #expect(gets == ["main", "config.json", "preprocessor_config.json", "model.safetensors"])
    #expect(fixture.server.storeRequests.count == 1)
  }

  @Test("what is there isn't asked for, and a name in the cache asks nobody")
  func cached() throws {
    let first = try fixture.hub.model("toy/vit")
    #expect(first.name == "toy/vit" && first.imageProcessor != nil)
    let count = fixture.asked.count
    #expect(try fixture.hub.model("toy/vit").path == first.path)
    #expect(try fixture.hub.model("toy/vit@main").path == first.path)
    #expect(try fixture.hub.model("toy/vit@\(commit)").path == first.path)
    #expect(fixture.asked.count == count)
    // A download asks whether there is a newer commit, and nothing else.
    let again = try fixture.download("toy/vit")
    #expect(fixture.asked.count == count + 1)
    #expect(again.files.allSatisfy { $0.receivedCount == 0 } && again.files.count == 3)
  }

  @Test("a newer commit brings what changed, and the older one stays")
  func update() throws {
    try fixture.download("toy/vit")
    var newer = try FixtureFiles.vit()
    newer.commit = String(repeating: "d", count: 40)
    newer.revisions = ["main": newer.commit, "v1": commit]
    newer.files["config.json"]?.append(UInt8(ascii: "\n"))
    fixture.server.add("toy/vit", newer)
    let download = try fixture.download("toy/vit")
    #expect(download.commit == newer.commit)
    #expect(download.files.filter { $0.receivedCount > 0 }.map(\.name) == ["config.json"])
    #expect(fixture.server.storeRequests.count == 1)
    #expect(fixture.names(in: "snapshots") == [commit, newer.commit])
    #expect(try fixture.bytes("refs/main") == Array(newer.commit.utf8))
  }

  @Test("a revision is a branch, a tag, a request or a commit", arguments: ["v1", "refs/pr/3", "commit"])
  func revisions(revision: String) throws {
    let old = String(repeating: "1", count: 40)
    var repository = try FixtureFiles.vit()
    repository.revisions = ["v1": old, "refs/pr/3": old, "main": commit]
    fixture.server.add("toy/vit", repository)
    let name = "toy/vit@\(revision == "commit" ? old : revision)"
    #expect(try fixture.hub.model(name).path == fixture.path("snapshots/\(old)"))
    #expect(
      fixture.server.requests[0].path.hasSuffix(
        revision == "refs/pr/3" ? "refs%2Fpr%2F3" : revision == "commit" ? old : revision))
    #expect(fixture.names(in: "refs") == (revision == "commit" ? [] : [revision == "v1" ? "v1" : "refs"]))
    #expect(
      fixture.error("toy/vit@none")
        == .noRevision(try #require(RepositoryID("toy/vit@none")), address: fixture.server.address))
  }

  /// A file that a loader needs and that didn't come would change what these are.
  @Test(
    "what comes of a repository is all that a model is read from",
    arguments: [
      "models/hf-vit", "models/hf-vit-sharded-bf16", "models/timm-vit", "clip/open-clip", "clip/both-towers",
      "siglip-texts/spiece", "siglip-texts/unigram", "siglip-texts/pairs", "siglip-texts/open-clip",
    ])
  func kinds(folder: String) throws {
    let files = try FixtureFiles.of(folder)
    fixture.server.add("timm/model_of.some_tag", ToyHub.Repository(files: files))
    let model = try fixture.hub.model("hf-hub:timm/model_of.some_tag")
    let names = fixture.names(in: "snapshots/\(commit)", of: "timm/model_of.some_tag")
    #expect(names == files.keys.filter { $0 != "README.md" }.sorted())
    #expect(try !model.weights().tensors.isEmpty)
    let count = fixture.asked.count
    _ = try fixture.hub.model("timm/model_of.some_tag")
    #expect(fixture.asked.count == count)
  }

  @Test("of two tokenizers the one that counts comes")
  func tokenizers() throws {
    var files = try FixtureFiles.of("clip/both-towers")
    for name in ["vocab.json", "merges.txt", "spiece.model"] { files[name] = [1, 2] }
    fixture.server.add("toy/clip", ToyHub.Repository(files: files))
    let names = try fixture.download("toy/clip").files.map(\.name)
    #expect(names.contains("tokenizer.json") && !names.contains("vocab.json"))
    files["tokenizer.json"] = nil
    fixture.server.add("toy/old", ToyHub.Repository(files: files))
    let older = try fixture.download("toy/old").files.map(\.name)
    #expect(older.contains("vocab.json") && older.contains("merges.txt") && !older.contains("spiece.model"))
  }

  @Test("a configuration that the caller refuses costs nothing but itself")
  func refused() throws {
    struct Refusal: Error {}
    #expect(throws: Refusal.self) {
      try fixture.hub.model(
        "toy/vit",
        check: { directory in
          #expect(directory.name == "toy/vit")
          throw Refusal()
        })
    }
    #expect(fixture.server.requests.map(\.method) == ["GET", "HEAD", "GET"])
    #expect(fixture.server.storeRequests.isEmpty)
  }

  @Test("what no model loads from is refused by what is listed")
  func foreign() throws {
    let config = try FixtureFiles.vit().files["config.json"] ?? []
    func refusal(_ files: [String: [UInt8]]) -> (any Error)? {
      fixture.server.add("toy/other", ToyHub.Repository(files: files))
      do {
        try fixture.download("toy/other")
        return nil
      } catch { return error }
    }
    let diffusion = refusal(["model_index.json": [1]])
    #expect("\(diffusion, default: "")".contains("a diffusion model"))
    #expect(refusal(["a.gguf": [1]]) is HubError)
    #expect(
      refusal(["config.json": config, "pytorch_model.bin": [1]]) as? WeightStoreError
        == .pickledWeights(directory: "toy/other", file: "pytorch_model.bin"))
    #expect(
      refusal(["config.json": config, "a.safetensors": [1], "b.safetensors": [2]]) as? WeightStoreError
        == .ambiguousWeights(directory: "toy/other", files: ["a.safetensors", "b.safetensors"]))
    #expect(refusal(["config.json": config]) as? WeightStoreError == .noWeights(directory: "toy/other"))
    #expect(fixture.server.storeRequests.isEmpty)
  }

  @Test("an adapter brings its base model, whose kind is looked at before any weight")
  func adapters() throws {
    let config = #"{"peft_type": "LORA", "base_model_name_or_path": "toy/vit", "r": 2}"#
    fixture.server.add(
      "toy/adapter",
      ToyHub.Repository(files: [
        "adapter_config.json": Array(config.utf8), "adapter_model.safetensors": [1, 2, 3],
        "preprocessor_config.json": Array("{}".utf8),
      ]))
    struct Refusal: Error {}
    #expect(throws: Refusal.self) {
      try fixture.hub.download(
        try #require(RepositoryID("toy/adapter")),
        check: { directory in
          #expect(directory.name == "toy/vit")
          throw Refusal()
        })
    }
    #expect(fixture.server.storeRequests.isEmpty)
    let download = try fixture.download("toy/adapter")
    #expect(
      download.files.map(\.name) == [
        "adapter_config.json", "preprocessor_config.json", "adapter_model.safetensors",
      ])
    #expect(download.baseModels.map(\.repository.description) == ["toy/vit"])
    // Two that are based on one another have no base.
    let circle = #"{"peft_type": "LORA", "base_model_name_or_path": "toy/circle", "r": 2}"#
    fixture.server.add(
      "toy/circle",
      ToyHub.Repository(files: [
        "adapter_config.json": Array(circle.utf8), "adapter_model.safetensors": [1],
      ]))
    #expect(try fixture.download("toy/circle").baseModels.count == 1)
  }

  @Test("what somebody else downloaded in part is completed")
  func completed() throws {
    let files = try FixtureFiles.vit().files
    // As a program leaves it that reads the configuration alone.
    try fixture.write(Array(commit.utf8), to: "refs/main")
    try fixture.write(files["config.json"] ?? [], to: "snapshots/\(commit)/config.json")
    _ = try fixture.hub.model("toy/vit")
    #expect(fixture.names(in: "snapshots/\(commit)").count == 3)
    #expect(!fixture.asked.contains { $0.hasSuffix("/config.json") })
    // As one leaves it that needs no image processor: it would be assumed, if the hub weren't asked.
    try FileManager.default.removeItem(atPath: fixture.path("snapshots/\(commit)/preprocessor_config.json"))
    #expect(try fixture.hub.model("toy/vit").imageProcessor != nil)
  }

  @Test("without a network, what loads is taken, and said where something may be missing")
  func unasked() throws {
    try fixture.download("toy/vit")
    try FileManager.default.removeItem(atPath: fixture.path("snapshots/\(commit)/preprocessor_config.json"))
    // A port at which nobody listens: the server's that is gone.
    fixture.environment["HF_ENDPOINT"] = "http://127.0.0.1:1"
    let model = try fixture.hub.model("toy/vit", observer: fixture.observe)
    #expect(model.imageProcessor == nil)
    #expect(fixture.events.values.last?.contains("unasked") == true)
    // A model that isn't there is an error, and nothing is tried twice where nothing has ever answered.
    #expect(throws: HubError.self) { try fixture.hub.model("toy/none") }
    #expect(fixture.pauses.values.isEmpty)
  }

  @Test("offline, nobody is asked")
  func offline() throws {
    try fixture.download("toy/vit")
    let count = fixture.asked.count
    for variable in ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] {
      fixture.environment[variable] = "1"
      #expect(try fixture.hub.model("toy/vit").name == "toy/vit")
      let other = try #require(RepositoryID("toy/other"))
      #expect(fixture.error("toy/other") == .offline(repository: other, cache: "\(fixture.folder.path)/hub"))
      #expect(throws: HubError.self) { try fixture.hub.model("toy/other") }
      fixture.environment[variable] = nil
    }
    // What loads is taken as it is.
    fixture.environment["HF_HUB_OFFLINE"] = "yes"
    try FileManager.default.removeItem(atPath: fixture.path("snapshots/\(commit)/preprocessor_config.json"))
    #expect(try fixture.hub.model("toy/vit").imageProcessor == nil)
    #expect(fixture.asked.count == count)
  }

  @Test("where links can't be made, files are in their places themselves")
  func withoutLinks() throws {
    fixture.environment["HF_HUB_DISABLE_SYMLINKS"] = "1"
    let download = try fixture.download("toy/vit")
    #expect(fixture.names(in: "blobs") == [])
    for file in download.files {
      let path = "\(download.folder)/\(file.name)"
      #expect(throws: (any Error).self) { try FileManager.default.destinationOfSymbolicLink(atPath: path) }
      #expect(file.byteCount == file.receivedCount && file.byteCount > 0)
    }
    #expect(try fixture.hub.model("toy/vit").weights().tensors.count > 10)
  }

  @Test("a path is a path, whatever lies in the cache")
  func paths() throws {
    let folder = FixtureFiles.root.appendingPathComponent("models/hf-vit").path
    #expect(try fixture.hub.model(folder).path == folder)
    // A single word is the name of a folder rather than of a model.
    for name in ["../none/at/all", "vit-tiny"] {
      #expect(throws: ModelDirectoryError.self) { try fixture.hub.model(name) }
    }
    #expect(fixture.asked.isEmpty)
  }
}
