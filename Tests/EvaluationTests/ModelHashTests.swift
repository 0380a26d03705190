import Foundation
import Testing
import XAI
import XAITesting

@testable import XAIEvaluation

@Suite struct ModelHashTests {
  @Test("weights and configuration count, the place does not")
  func hash() throws {
    let folder = try TestFolder()
    let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/models/hf-vit").path
    func copy(_ name: String) throws -> String {
      try FileManager.default.copyItem(atPath: model, toPath: folder.file(name))
      return folder.file(name)
    }
    func hash(_ path: String) throws -> String { try ModelDirectory(path).contentHash() }
    let original = try hash(model)
    #expect(original.count == 16)
    #expect(try hash(copy("same")) == original)
    var hashes: Set<String> = [original]
    for (index, name) in ["model.safetensors", "config.json", "preprocessor_config.json"].enumerated() {
      let path = try copy("changed-\(index)") + "/\(name)"
      guard var bytes = FileManager.default.contents(atPath: path) else { continue }
      if name == "model.safetensors" {
        bytes[bytes.count - 1] ^= 1
      } else {
        bytes = Data(
          String(decoding: bytes, as: UTF8.self).replacing("{", with: "{\"added\": 1, ", maxReplacements: 1)
            .utf8)
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      hashes.insert(try hash(folder.file("changed-\(index)")))
    }
    #expect(hashes.count >= 3)
  }
}
