import Foundation
import Testing
import XAICore
import XAITensor
import XAITesting
import XAIWeights

/// Class vectors and their names in files.
@Suite struct ClassVectorFilesTests {
  private let folder = CLIPFixture.fixtures.appending(path: "clip/vectors")

  /// A safetensors file with a text file beside it.
  private func written(
    _ tensors: [String: Tensor], names: String?, _ body: (String) throws -> Void
  ) throws {
    let stem = FileManager.default.temporaryDirectory.path + "/xai-vectors-\(UUID().uuidString)"
    defer {
      for end in ["safetensors", "txt"] { try? FileManager.default.removeItem(atPath: "\(stem).\(end)") }
    }
    try SafetensorsWriter().write(tensors, to: "\(stem).safetensors")
    if let names { try Data(names.utf8).write(to: URL(filePath: "\(stem).txt")) }
    try body("\(stem).safetensors")
  }

  @Test("a NumPy file has its names beside it")
  func numPy() throws {
    let vectors = try ClassVectors(contentsOf: folder.appending(path: "f2.npy").path, scale: 7)
    #expect(vectors.names == ["cat", "big dog", "eel"] && vectors.scale == 7)
    #expect(vectors.vectors.shape == [3, 4] && vectors.vectors.elements[0] == -0.625)
    expectError("columns.npy") {
      try ClassVectors(contentsOf: folder.appending(path: "columns.npy").path)
    }
  }

  @Test("a safetensors file has a matrix with names beside it, or named vectors")
  func safetensors() throws {
    let matrix = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
    try written(["embeddings": matrix], names: "a \r\n\n b") { path in
      let vectors = try ClassVectors(contentsOf: path)
      #expect(vectors.names == ["a", "b"] && vectors.vectors.elements == matrix.elements)
    }
    try written(["zebra": Tensor([2], [1, 2]), "ant": Tensor([2], [3, 4])], names: nil) { path in
      let vectors = try ClassVectors(contentsOf: path)
      #expect(vectors.names == ["ant", "zebra"] && vectors.vectors.elements == [3, 4, 1, 2])
    }
  }

  @Test("names that are missing or too few, and tensors of several lengths, are refused")
  func refusals() throws {
    try written(["x": Tensor([2, 3], [1, 2, 3, 4, 5, 6])], names: nil) { path in
      expectError("belong into") { try ClassVectors(contentsOf: path) }
    }
    try written(["x": Tensor([2, 3], [1, 2, 3, 4, 5, 6])], names: "only one") { path in
      expectError("for 1 names") { try ClassVectors(contentsOf: path) }
    }
    try written(["a": Tensor([2], [1, 2]), "b": Tensor([1], [3])], names: nil) { path in
      expectError("neither one matrix nor one vector for each class") { try ClassVectors(contentsOf: path) }
    }
  }
}
