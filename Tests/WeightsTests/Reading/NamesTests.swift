import Foundation
import Testing
import XAITensor

@testable import XAIWeights

/// Names of tensors in files, and those that they are read by.
@Suite struct NamesTests {
  private struct Expected: Decodable {
    var names: [String: [String]]
  }

  @Test("names of transformers' modules are read by those of its checkpoints, each by its own")
  func moduleNames() throws {
    let fixtures = URL(fileURLWithPath: fixture("")).deletingLastPathComponent()
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: fixtures.appendingPathComponent("checkpoints/expected.json")))
    #expect(expected.names.count == 8)
    for (model, modules) in expected.names {
      let path = fixtures.appendingPathComponent("models/\(model)").path
      let config = try Configuration(path: "\(path)/config.json")
      let names = TransformersNames(modelType: try config.string("model_type"))
      let stored = try SafetensorsFile(path: "\(path)/model.safetensors").tensors.map(\.name)
      #expect(Set(modules.map(names.checkpointName)) == Set(stored), "\(model)")
      // Names of checkpoints stay what they are.
      #expect(stored.map(names.checkpointName) == stored, "\(model)")
    }
    #expect(
      TransformersNames(modelType: "other").checkpointName(of: "layers.0.mlp.fc1") == "layers.0.mlp.fc1")
  }

  @Test(
    "wrappers are found where they are around all names",
    arguments: [
      (["module.a.b", "module.c"], "module."), (["model.a", "other.b"], ""), (["a", "module.b"], ""),
      (["module.model.a", "module.model.b"], "module.model."), (["encoder.a", "encoder.b"], ""),
      (["module.a", "n_averaged"], "module."), (["ema.a", "model.a"], "ema."), (["ema.a", "model.b"], ""),
      (["ema.a", "model.a", "optimizer.a"], ""), ([], ""),
    ])
  func prefixes(names: [String], prefix: String) {
    #expect(NameUnwrapping(names).prefix == prefix)
  }

  @Test("wrappers inside that would make two names one stay")
  func clash() {
    let unwrapping = NameUnwrapping(["a.b", "a._orig_mod.b"])
    #expect(unwrapping.isIdentity && unwrapping.name(of: "a._orig_mod.b") == "a._orig_mod.b")
  }

  @Test("tensors are found by both names, and count as read by either")
  func bothNames() throws {
    let directory = try TemporaryDirectory()
    try SafetensorsWriter().write(
      ["module.a": Tensor([1], [1]), "module.b": Tensor([1], [2])], to: "\(directory.path)/model.safetensors")
    let store = try WeightStore(directory: directory.path)
    #expect(store.tensors.map(\.name) == ["a", "b"])
    #expect(store.notes.count == 1)
    let reader = WeightReader(store)
    #expect(reader.tensor("module.a", [1]).elements == [1])
    #expect(reader.tensor("b", [1]).elements == [2])
    try reader.finish()
  }
}

/// Matrices with low-rank updates, by the formula.
@Suite struct LowRankUpdateTests {
  @Test("W + s·B·A, and its transpose", arguments: [false, true])
  func formula(isTransposed: Bool) throws {
    let (inputs, outputs, rank, scale) = (5, 3, 2, Float(0.75))
    var random = SeededGenerator(state: 7)
    func matrix(_ rows: Int, _ columns: Int) -> [Float] {
      (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }
    }
    let (down, up, own) = (matrix(rank, inputs), matrix(outputs, rank), matrix(outputs, inputs))
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/a.safetensors"
    try SafetensorsWriter().write(
      ["A": Tensor([rank, inputs], down), "B": Tensor([outputs, rank], up)], to: path)
    let file = try SafetensorsFile(path: path)
    let update = LowRankUpdate(
      file: file, down: try #require(file["A"]), up: try #require(file["B"]), scale: scale,
      isTransposed: isTransposed)
    let shape: TensorShape = isTransposed ? [inputs, outputs] : [outputs, inputs]
    #expect(update.shape == shape)
    func index(_ output: Int, _ input: Int) -> Int {
      isTransposed ? input * outputs + output : output * inputs + input
    }
    let merged = try update.added(to: Tensor(shape, own)).elements
    for output in 0..<outputs {
      for input in 0..<inputs {
        let product = (0..<rank).reduce(Float(0)) { $0 + up[output * rank + $1] * down[$1 * inputs + input] }
        let wanted = own[index(output, input)] + scale * product
        #expect(abs(merged[index(output, input)] - wanted) < 1e-6)
      }
    }
  }
}
