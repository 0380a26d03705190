import Foundation
import Testing
import XAIFoundation
import XAITensor

@testable import XAIWeights

@Suite struct SafetensorsFileTests {
  private struct Expected: Decodable {
    struct Entry: Decodable {
      let name: String
      let shape: [Int]
      let bits: [UInt32?]
    }
    let tensors: [Entry]
  }

  @Test func readsWhatPythonWrites() throws {
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(fileURLWithPath: fixture("python.json"))))
    let file = try SafetensorsFile(path: fixture("python.safetensors"))
    #expect(file.metadata == ["format": "pt", "note": "ümläut \"q\""])
    #expect(Set(file.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
    for entry in expected.tensors {
      let stored = try #require(file[entry.name])
      #expect(stored.shape.extents == entry.shape)
      guard stored.type.isReadable else { continue }
      let elements = try file.tensor(entry.name).elements
      #expect(elements.count == entry.bits.count)
      for (element, bits) in zip(elements, entry.bits) {
        // Bits, not values: the sign of zero and the last place count. NaN is any NaN.
        #expect(bits.map { element.bitPattern == $0 } ?? element.isNaN, "\(entry.name): \(element)")
      }
    }
  }

  @Test func refusesIntegersAsTensors() throws {
    let path = fixture("python.safetensors")
    let file = try SafetensorsFile(path: path)
    #expect(file["i64"]?.type == .int64)
    #expect(throws: SafetensorsError.notReadableAsFloat(file: path, tensor: "i64", type: .int64)) {
      try file.tensor("i64")
    }
    #expect(throws: SafetensorsError.tensorNotFound(file: path, tensor: "none")) { try file.tensor("none") }
  }

  @Test func usesAlignedFloatsInPlaceAndCopiesOthers() throws {
    let values: [Float] = [1, -2.5, .pi]
    for padding in 0..<8 {
      let header = "{\(entry("a", "F32", "[3]", 0, 12))}" + String(repeating: " ", count: padding)
      let file = try SafetensorsFile(
        bytes: safetensorsBytes(header: header, data: floatBytes(values)), name: "memory")
      let tensor = try file.tensor("a")
      #expect(tensor.elements == values)
      let start = file.contents.withBytes { $0.baseAddress }
      let offset = tensor.withElements { elements in
        UInt(bitPattern: elements.baseAddress) &- UInt(bitPattern: start)
      }
      let dataStart = UInt(8 + header.utf8.count)
      #expect((offset == dataStart) == dataStart.isMultiple(of: 4))
    }
  }

  @Test func aTensorKeepsItsMappingAlive() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/a.safetensors"
    try SafetensorsWriter().write(["a": Tensor([2], [3, 4])], to: path)
    let tensor = try SafetensorsFile(path: path).tensor("a")
    try FileManager.default.removeItem(atPath: path)
    #expect(tensor.elements == [3, 4])
  }

  @Test func takesEmptyAndScalarTensorsAndUnknownFields() throws {
    let header =
      #"{"e":{"dtype":"F32","shape":[0,5],"data_offsets":[4,4],"later":{"x":[1,null]}},"#
      + entry("s", "F32", "[]", 0, 4) + "," + entry("e2", "F64", "[0]", 0, 0) + "}"
    let file = try SafetensorsFile(
      bytes: safetensorsBytes(header: header, data: floatBytes([1.5])), name: "memory")
    #expect(try file.tensor("s").elements == [1.5])
    #expect(try file.tensor("s").shape == [])
    #expect(try file.tensor("e").shape == [0, 5])
    #expect(try file.tensor("e2").elements == [])
    #expect(try SafetensorsFile(bytes: safetensorsBytes(header: "{}"), name: "empty").tensors == [])
  }

  @Test func saysWhyAFileCannotBeOpened() throws {
    let directory = try TemporaryDirectory()
    for (path, word) in [("\(directory.path)/none", "No such file"), (directory.path, "regular file")] {
      let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains(path) && message.contains(word), "\(message)")
    }
    // Without care, opening a named pipe would wait for ever.
    let pipe = "\(directory.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: SafetensorsError.unreadable(file: pipe, reason: "it isn't a regular file")) {
      try SafetensorsFile(path: pipe)
    }
    let empty = try directory.write([], to: "empty")
    #expect(throws: SafetensorsError.tooShort(file: empty, byteCount: 0)) { try SafetensorsFile(path: empty) }
  }
}
