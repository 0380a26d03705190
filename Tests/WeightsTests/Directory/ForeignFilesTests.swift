import Foundation
import Testing
import XAIFoundation
import XAITensor

@testable import XAIWeights

/// Files that lie where a model's should.
@Suite struct ForeignFilesTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(#"{"model_type":"vit"}"#, to: "config.json")
  }

  private static let pointer =
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 346293852\n"

  /// Contents, and words that their names and remedies have.
  private static let contents: [(bytes: [UInt8], words: [String])] = [
    (text(pointer), ["Git LFS pointer", "346293852", "git lfs pull"]),
    (text("<!DOCTYPE html>\n<html lang=\"en\">"), ["HTML page", "logged in"]),
    (text("\u{FEFF}\n <HTML><body>"), ["HTML page"]),
    (text("<?xml version=\"1.0\"?><Error><Code>AccessDenied"), ["message of a server"]),
    (text("{\"error\":\"Repository not found\"}"), ["message of a server"]),
    (
      binary([0x50, 0x4B, 0x03, 0x04]), ["zip archive", "torch.save", "save_file"]
    ),
    (binary([0x80, 0x02, 0x8A, 0x0A]), ["pickle", "save_file"]),
    (binary([0x1F, 0x8B, 0x08]), ["compressed"]),
    (binary([0x89, 0x48, 0x44, 0x46]), ["HDF5"]),
  ]

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
  private static func binary(_ magic: [UInt8]) -> [UInt8] { magic + [UInt8](repeating: 1, count: 60) }

  @Test("what a download or another library left is named, with what to do", arguments: contents)
  func named(bytes: [UInt8], words: [String]) throws {
    let path = try directory.write(bytes, to: "model.safetensors")
    let error = #expect(throws: SafetensorsError.self) { try ModelDirectory(directory.path).weights() }
    for word in words + [path] {
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
    if bytes.first != UInt8(ascii: "{") {
      try directory.write(bytes, to: "config.json")
      let error = #expect(throws: ConfigurationError.self) { try ModelDirectory(directory.path) }
      #expect(error?.description.contains(words[0]) == true, "\(error?.description ?? "")")
    }
  }

  @Test("a header's length may look like another format", arguments: [0x0280, 0x8B1F])
  func lengths(length: Int) throws {
    let entry = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    let text = "{\(entry)" + String(repeating: " ", count: length - entry.utf8.count - 2) + "}"
    try directory.write(safetensorsBytes(header: text, data: floatBytes([3])), to: "model.safetensors")
    #expect(try ModelDirectory(directory.path).weights().tensor("a").elements == [3])
  }

  @Test("weights of other kinds alone are named")
  func otherKinds() throws {
    func message() -> String { error { _ = try ModelDirectory(directory.path).weights() } }
    #expect(message().contains("has no weights"))
    try directory.write("x", to: "tf_model.h5")
    #expect(message().contains("tf_model.h5") && message().contains("save_pretrained"))
    try directory.write("x", to: "pytorch_model.bin")
    #expect(message().contains("pytorch_model.bin") && message().contains("pickle"))
    let pickle = error { _ = try ModelDirectory("\(directory.path)/pytorch_model.bin") }
    #expect(pickle.contains("pickle") && pickle.contains("save_file"), "\(pickle)")
    // Safe weights beside a pickle are the ones that are read, as in transformers.
    try SafetensorsWriter().write(["w": Tensor([1], [1])], to: "\(directory.path)/model.safetensors")
    #expect(try ModelDirectory(directory.path).weights().tensors.map(\.name) == ["w"])
  }

  private func error(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "links that lead nowhere are named",
    arguments: ["config.json", "preprocessor_config.json", "model.safetensors", "model-1.safetensors"])
  func brokenLinks(name: String) throws {
    if name == "model-1.safetensors" {
      try directory.write(#"{"weight_map":{"w":"model-1.safetensors"}}"#, to: "model.safetensors.index.json")
    }
    let path = "\(directory.path)/\(name)"
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "../../blobs/missing")
    let message = error { _ = try ModelDirectory(directory.path).weights() }
    #expect(message.contains(path) && message.contains("'../../blobs/missing'"), "\(message)")
    let model = error { _ = try ModelDirectory(path) }
    if name == "model.safetensors" { #expect(model.contains("blobs/missing"), "\(model)") }
  }
}
