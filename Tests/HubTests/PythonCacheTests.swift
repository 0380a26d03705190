import Foundation
import Testing
import XAIFoundation
import XAIHub
import XAITesting
import XAIWeights

private let python = ProcessInfo.processInfo.environment["XAI_PYTHON"]

/// One cache for two clients: what one wrote the other one reads, and neither fetches anything again.
///
/// It runs where `XAI_PYTHON` names an interpreter that has huggingface_hub.
@Suite(.enabled(if: python != nil, "XAI_PYTHON names no interpreter")) struct PythonCacheTests {
  let fixture: HubFixture

  init() throws {
    fixture = try HubFixture()
    fixture.server.add("toy/vit", try FixtureFiles.vit())
  }

  /// What Python's client says that it sees.
  struct Sight: Decodable {
    let folder: String
    let files: [String: String]
    let lookedUp: [String: String?]
    let warnings: [String]
    let refs: [String]
    let byteCount: Int
  }

  /// Runs Python's client in the environment of the fixture.
  private func client(_ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    let script = FixtureFiles.root.deletingLastPathComponent().appendingPathComponent("Python/hub_cache.py")
    process.arguments = [script.path] + arguments
    // Nothing of whoever runs the tests.
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("HF_") && !$0.key.hasPrefix("HUGGING") && $0.key != "TRANSFORMERS_OFFLINE" }
      .merging(fixture.environment) { $1 }.merging(["NO_PROXY": "127.0.0.1"]) { $1 }
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text
  }

  @Test("Python's client reads what was downloaded here, and asks nobody")
  func read() throws {
    let download = try fixture.download("toy/vit")
    let count = fixture.asked.count
    let text = try client("read", "toy/vit")
    let sight = try JSONDecoder().decode(Sight.self, from: Data(text.utf8))
    #expect(fixture.asked.count == count)
    let files = try FixtureFiles.vit().files
    #expect(
      URL(fileURLWithPath: sight.folder).resolvingSymlinksInPath()
        == URL(fileURLWithPath: download.folder).resolvingSymlinksInPath())
    #expect(sight.files.keys.sorted() == download.files.map(\.name).sorted())
    for (name, hash) in sight.files {
      #expect(hash == SHA256.text(files[name] ?? []))
      #expect(sight.lookedUp[name] == hash)
    }
    #expect(sight.lookedUp["tokenizer.json"] == "absent")
    #expect(sight.lookedUp["nowhere.json"] == .some(nil))
    #expect(sight.warnings == [] && sight.refs == ["main"])
    #expect(sight.byteCount == download.files.reduce(0) { $0 + $1.byteCount })
    // A download of it finds each file where it lies.
    _ = try client("write", "toy/vit", "config.json", "model.safetensors")
    #expect(fixture.server.storeRequests.count == 1)
  }

  @Test("what Python's client downloaded is read here, and nobody asked")
  func written() throws {
    // A file that it looked for in vain is noted, as transformers does it.
    let missed = try client(
      "write", "toy/vit", "config.json", "processor_config.json", "preprocessor_config.json",
      "model.safetensors")
    #expect(missed.contains("processor_config.json: ") && missed.contains("EntryNotFound"))
    let count = fixture.asked.count
    let model = try fixture.hub.model("toy/vit")
    #expect(model.name == "toy/vit" && model.imageProcessor != nil)
    #expect(try model.weights().tensors.count > 10)
    #expect(fixture.asked.count == count)
    // A download asks for the newest commit, and fetches nothing.
    let download = try fixture.download("toy/vit")
    #expect(download.files.allSatisfy { $0.receivedCount == 0 } && fixture.asked.count == count + 1)
  }

  @Test("what Python's client downloaded in part is completed here, and read there")
  func inPart() throws {
    _ = try client("write", "toy/vit", "config.json")
    let model = try fixture.hub.model("toy/vit")
    #expect(model.imageProcessor != nil)
    let sight = try JSONDecoder().decode(Sight.self, from: Data(try client("read", "toy/vit").utf8))
    #expect(sight.files.count == 3 && sight.warnings == [])
  }
}
