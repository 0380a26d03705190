import Testing
import XAITensor

@testable import XAIWeights

@Suite struct WeightReaderTests {
  /// A store of float32 tensors of zeros, and one of integers.
  private func store(_ shapes: [String: TensorShape], integers: String? = nil) throws -> WeightStore {
    var entries: [String] = []
    var end = 0
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let type = name == integers ? "I32" : "F32"
      entries.append(entry(name, type, "\(shape.extents)", end, end + shape.count * 4))
      end += shape.count * 4
    }
    let bytes = safetensorsBytes(
      header: "{\(entries.joined(separator: ","))}", data: Array(repeating: 0, count: end))
    return WeightStore(file: try SafetensorsFile(bytes: bytes, name: "model"))
  }

  private func error(_ reader: WeightReader, ignoring patterns: [String] = []) -> WeightsError? {
    #expect(throws: WeightsError.self) { try reader.finish(ignoring: patterns) }
  }

  @Test func readsTheTreeOfACheckpoint() throws {
    let reader = WeightReader(
      try store(["vit.layer.0.query.weight": [2, 3], "vit.layer.0.query.bias": [2], "head.weight": [4, 2]]))
    let query = reader["vit"]["layer.0"]["query"]
    #expect(query.prefix == "vit.layer.0.query")
    #expect(query.shape(of: "weight") == [2, 3])
    #expect(query.tensor("weight", [2, 3]).shape == [2, 3])
    #expect(query.optionalTensor("bias", [2])?.shape == [2])
    #expect(reader["head"].optionalTensor("bias", [4]) == nil)
    #expect(reader["head"]["weight"].tensor("", [4, 2]).count == 8)
    try reader.finish()
  }

  @Test func reportsAllProblemsTogether() throws {
    let reader = WeightReader(
      try store(
        ["a.weight": [2, 3], "a.index": [4], "b.bias": [3], "left.over": [1], "deit.norm.bias": [7]],
        integers: "a.index"))
    #expect(reader["a"].tensor("weight", [3, 2]).shape == [3, 2])
    #expect(reader["a"].tensor("index", [4]).elements == [0, 0, 0, 0])
    #expect(reader["b"].optionalTensor("bias", [4]) == nil)
    _ = reader["vit.norm"].tensor("bias", [7])
    _ = reader["vit.norm"].tensor("bias", [7])
    let error = error(reader)
    #expect(error?.missing == [.init(name: "vit.norm.bias", shape: [7], similar: "deit.norm.bias")])
    #expect(
      error?.mismatched == [
        .init(name: "a.weight", expected: [3, 2], found: [2, 3], type: .float32),
        .init(name: "a.index", expected: [4], found: [4], type: .int32),
        .init(name: "b.bias", expected: [4], found: [3], type: .float32),
      ])
    #expect(error?.unexpected == ["deit.norm.bias", "left.over"])
    #expect(
      error.map { "\($0)" } == """
        'model' doesn't fit the model. Check that config.json belongs to these weights
          1 missing:
            'vit.norm.bias' (7); there is 'deit.norm.bias'
          3 of another shape or type:
            'a.weight': expected 3×2, found 2×3 (transposed)
            'a.index': expected floating-point numbers, found I32
            'b.bias': expected 4, found 3
          2 not part of the model:
            'deit.norm.bias'
            'left.over'
        """)
  }

  @Test func ignoresWhatTheCallerNames() throws {
    let reader = WeightReader(
      try store([
        "pooler.dense.weight": [1], "x.position_ids": [1], "poolers": [1], "x.y.relative_position_index": [1],
      ]))
    #expect(
      error(reader, ignoring: ["pooler.", "*.position_ids", "*relative_position_index"])?.unexpected == [
        "poolers"
      ])
    try reader.finish(ignoring: ["*"])
  }

  @Test func boundsTheReport() throws {
    let reader = WeightReader(
      try store(Dictionary(uniqueKeysWithValues: (0..<50).map { ("left.\($0)", [1] as TensorShape) })))
    for index in 0..<30 { _ = reader.tensor("needed.\(index)", [2]) }
    let message = error(reader).map { "\($0)" } ?? ""
    #expect(message.contains("and 10 more") && message.contains("and 30 more"))
    #expect(message.split(separator: "\n").count == 1 + 22 + 22)
  }

  @Test func saysThatWeightsAreQuantised() throws {
    let reader = WeightReader(try store(["fc.weight_int8": [2], "fc.weight_scale": [1]]))
    _ = reader.tensor("fc.weight", [2])
    let message = error(reader).map { "\($0)" } ?? ""
    #expect(message.contains("look quantised ('fc.weight_scale'): convert them to float32"), "\(message)")
    #expect(!message.contains("config.json"))
  }

  @Test func placeholdersOfHostileShapesTakeNoMemory() throws {
    let reader = WeightReader(try store([:]))
    // A terabyte of zeros, readable at both ends.
    let large = reader.tensor("large", [1 << 19, 1 << 19])
    #expect(large.count == 1 << 38)
    #expect(large[(1 << 19) - 1].withElements { $0[(1 << 19) - 1] } == 0)
    #expect(reader.tensor("overflow", [.max, .max]).shape == [0])
    #expect(reader.tensor("space", [1 << 61]).shape == [0])
    #expect(reader.tensor("empty", [0, 3]).shape == [0, 3])
    #expect(error(reader)?.missing.count == 4)
  }

  @Test func readsFromSeveralTasks() async throws {
    let names = (0..<200).map { "t\($0)" }
    let reader = WeightReader(
      try store(Dictionary(uniqueKeysWithValues: names.map { ($0, [2] as TensorShape) })))
    await withTaskGroup(of: Void.self) { group in
      for name in names { group.addTask { _ = reader.tensor(name, [2]) } }
    }
    try reader.finish()
  }

  @Test(arguments: [
    ("a.", "a.b", true), ("a.", "a", false), ("a.", "ab", false), ("*.b", "x.y.b", true), ("*.b", "b", false),
    ("a*c*e", "abcde", true), ("a*c*e", "abcdef", false), ("*", "", true), ("", "", true), ("", "a", false),
    ("a**b", "ab", true), ("*ab", "aab", true),
  ])
  func patterns(pattern: String, name: String, matches: Bool) {
    #expect(NamePattern(pattern).matches(name) == matches)
  }

  @Test func patternsOfManyStarsEnd() {
    let pattern = NamePattern(String(repeating: "*a", count: 50) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
  }
}
