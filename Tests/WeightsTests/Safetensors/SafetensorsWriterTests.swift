import Foundation
import Testing
import XAITensor

@testable import XAIWeights

@Suite struct SafetensorsWriterTests {
  private let directory: TemporaryDirectory
  private var path: String { "\(directory.path)/model.safetensors" }

  init() throws { directory = try TemporaryDirectory() }

  @Test func float32ComesBackBitForBit() throws {
    var generator = SeededGenerator(state: 7)
    // Above one buffer of the writer, so that both of its ways are taken; the bits include NaN and subnormals.
    let random = (0..<300_000).map { _ in Float(bitPattern: UInt32.random(in: 0 ... .max, using: &generator))
    }
    let tensors: [String: Tensor] = [
      "large": Tensor([3, 100_000], random), "scalar": Tensor([], [-0.0]), "empty": Tensor([0, 3], []),
      "a \"b\" \\\n\u{1}é😀": Tensor([2], [.nan, .leastNonzeroMagnitude]),
    ]
    try SafetensorsWriter(metadata: ["format": "pt", "step": "\"7\""]).write(tensors, to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["format": "pt", "step": "\"7\""])
    #expect(file.tensors.map(\.name).sorted() == tensors.keys.sorted())
    for (name, tensor) in tensors {
      let read = try file.tensor(name)
      #expect(read.shape == tensor.shape)
      #expect(read.elements.map(\.bitPattern) == tensor.elements.map(\.bitPattern))
    }
    #expect(file.tensors.first?.byteRange.lowerBound.isMultiple(of: 8) == true)
  }

  @Test(arguments: [StoredType.float16, .bfloat16])
  func narrowTypesComeBackRounded(type: StoredType) throws {
    let values = (0..<100_001).map { Float($0 - 50_000) / 7 }
    try SafetensorsWriter(type: type).write(["a": Tensor([values.count], values)], to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file["a"]?.type == type)
    let expected = values.map {
      type == .float16 ? Float(halfBits: $0.halfBits) : Float(bfloatBits: $0.bfloatBits)
    }
    #expect(try file.tensor("a").elements == expected)
  }

  @Test func sameTensorsGiveSameBytes() throws {
    let tensors = Dictionary(
      uniqueKeysWithValues: (0..<50).map { ("t\($0)", Tensor(repeating: Float($0), [3])) })
    try SafetensorsWriter().write(tensors, to: path)
    let first = try Data(contentsOf: URL(fileURLWithPath: path))
    try SafetensorsWriter().write(tensors, to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
  }

  @Test func failuresLeaveTheOldFileAndNothingElse() throws {
    try SafetensorsWriter().write(["old": Tensor([], [1])], to: path)
    #expect(throws: SafetensorsError.reservedName(file: path, tensor: "__metadata__")) {
      try SafetensorsWriter().write(["__metadata__": Tensor([], [1])], to: path)
    }
    #expect(throws: SafetensorsError.notRepresentable(file: path, tensor: "a", value: 70_000, type: .float16))
    {
      try SafetensorsWriter(type: .float16).write(["a": Tensor([2], [.infinity, 70_000])], to: path)
    }
    #expect(throws: SafetensorsError.unsupportedWriteType(file: path, type: .int8)) {
      try SafetensorsWriter(type: .int8).write([:], to: path)
    }
    let occupied = "\(directory.path)/folder"
    try FileManager.default.createDirectory(atPath: "\(occupied)/full", withIntermediateDirectories: true)
    #expect(throws: SafetensorsError.self) { try SafetensorsWriter().write([:], to: occupied) }
    #expect(throws: SafetensorsError.self) {
      try SafetensorsWriter().write([:], to: "\(directory.path)/none/a.safetensors")
    }
    #expect(try SafetensorsFile(path: path).tensors.map(\.name) == ["old"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        == ["folder", "model.safetensors"])
  }

  @Test func mappingsOutliveARewrite() throws {
    try SafetensorsWriter().write(["a": Tensor([2], [1, 2])], to: path)
    let old = try SafetensorsFile(path: path).tensor("a")
    try SafetensorsWriter().write(["a": Tensor([1], [9])], to: path)
    #expect(old.elements == [1, 2])
  }
}
