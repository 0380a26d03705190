import Foundation
import Testing
import XAITensor

@testable import XAIWeights

@Suite struct WeightStoreTests {
  private let directory: TemporaryDirectory
  private var indexPath: String { "\(directory.path)/model.safetensors.index.json" }

  init() throws { directory = try TemporaryDirectory() }

  private func writeShards() throws {
    try SafetensorsWriter().write(
      ["a": Tensor([1], [1]), "unlisted": Tensor([1], [9])], to: "\(directory.path)/1.safetensors")
    try SafetensorsWriter().write(["b": Tensor([2], [2, 3])], to: "\(directory.path)/2.safetensors")
  }

  private func index(_ map: String) throws -> String {
    try directory.write(
      #"{"metadata":{"total_size":12},"weight_map":{\#(map)}}"#, to: "model.safetensors.index.json")
  }

  private func error() -> WeightStoreError? {
    #expect(throws: WeightStoreError.self) { try WeightStore(directory: directory.path) }
  }

  @Test func readsShards() throws {
    try writeShards()
    _ = try index(#""a":"1.safetensors","b":"2.safetensors""#)
    let store = try WeightStore(directory: directory.path)
    #expect(store.tensors.map(\.name) == ["a", "b"])
    #expect(store["b"]?.shape == [2])
    #expect(store["unlisted"] == nil)
    #expect(try store.tensor("b").elements == [2, 3])
    #expect(throws: SafetensorsError.tensorNotFound(file: indexPath, tensor: "c")) { try store.tensor("c") }
  }

  @Test func refusesIndicesThatLie() throws {
    try writeShards()
    _ = try index(#""a":"1.safetensors","b":"3.safetensors","c":"3.safetensors""#)
    #expect(error() == .missingShard(index: indexPath, shard: "3.safetensors", tensorCount: 2))
    _ = try index(#""a":"1.safetensors","c":"2.safetensors""#)
    #expect(error() == .tensorNotInShard(index: indexPath, tensor: "c", shard: "2.safetensors"))
    for shard in ["../1.safetensors", "/etc/passwd", "..", ".", "", "a/b", #"..\\b"#, #"\u0000"#] {
      _ = try index(#""a":"\#(shard)""#)
      guard case .unsafeShardName = error() else {
        Issue.record("the shard name \(shard) was taken")
        continue
      }
    }
    _ = try index(#""a":"1.safetensors","a":"2.safetensors""#)
    #expect(error().map { "\($0)" }?.contains("twice") == true)
    for text in ["", "{}", "[]", #"{"weight_map":{"a":1}}"#, #"{"weight_map":{}} x"#] {
      try directory.write(text, to: "model.safetensors.index.json")
      guard case .unreadableIndex(indexPath, _) = error() else {
        Issue.record("the index \(text) was taken")
        continue
      }
    }
  }

  @Test func choosesTheFileOfADirectory() throws {
    #expect(error() == .noWeights(directory: directory.path))
    try directory.write("pickle", to: "pytorch_model.bin")
    #expect(error() == .pickledWeights(directory: directory.path, file: "pytorch_model.bin"))
    #expect(error().map { "\($0)" }?.contains("safe_serialization=True") == true)
    try SafetensorsWriter().write(["other": Tensor([], [1])], to: "\(directory.path)/other.safetensors")
    #expect(try WeightStore(directory: directory.path)["other"] != nil)
    try SafetensorsWriter().write(["third": Tensor([], [1])], to: "\(directory.path)/third.safetensors")
    #expect(
      error()
        == .ambiguousWeights(directory: directory.path, files: ["other.safetensors", "third.safetensors"]))
    try SafetensorsWriter().write(["whole": Tensor([], [1])], to: "\(directory.path)/model.safetensors")
    #expect(try WeightStore(directory: directory.path).tensors.map(\.name) == ["whole"])
  }
}
