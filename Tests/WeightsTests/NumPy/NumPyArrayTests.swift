import Foundation
import Testing
import XAITensor
import XAITesting
import XAIWeights

/// Arrays that `numpy.save` wrote; see `Tests/Fixtures/clip/generate.py`.
@Suite struct NumPyArrayTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/clip/vectors")

  private func read(_ name: String) throws -> NumPyArray {
    try NumPyArray(path: Self.folder.appending(path: name).path)
  }

  @Test("floats of three types", arguments: ["f2.npy", "f4.npy", "f8.npy"])
  func floats(_ name: String) throws {
    let tensor = try read(name).tensor
    #expect(tensor.shape == [3, 4])
    #expect(tensor.elements == (0..<12).map { (Float($0) - 5) / 8 })
  }

  @Test(
    "what isn't read says what it is",
    arguments: [
      ("columns.npy", "column by column"), ("integers.npy", "'<i4'"), ("big-endian.npy", "'>f4'"),
      ("none.npy", "can't be read"), ("f4.txt", "is no .npy file"),
    ])
  func refusals(_ name: String, _ reason: String) {
    expectError(reason) { try read(name) }
  }

  @Test("a file that is cut off anywhere, or has bytes behind its end, is refused")
  func damaged() throws {
    let whole = try Data(contentsOf: Self.folder.appending(path: "f4.npy"))
    let path = FileManager.default.temporaryDirectory.appending(path: "xai-\(UUID().uuidString).npy")
    defer { try? FileManager.default.removeItem(at: path) }
    for count in 0..<whole.count {
      try whole.prefix(count).write(to: path)
      #expect(throws: NumPyError.self, "\(count) bytes") { try NumPyArray(path: path.path) }
    }
    try (whole + [0]).write(to: path)
    expectError("has 49 bytes behind its header") { try NumPyArray(path: path.path) }
  }
}
