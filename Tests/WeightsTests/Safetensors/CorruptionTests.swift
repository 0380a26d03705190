import Foundation
import Testing
import XAITensor

@testable import XAIWeights

/// Damaged files: whatever happens to the bytes, opening and reading gives tensors or an error, never a crash.
@Suite struct CorruptionTests {
  /// Opens bytes and reads everything that the header promises.
  private func exercise(_ bytes: [UInt8]) throws -> Int {
    let file = try SafetensorsFile(bytes: bytes, name: "damaged")
    for stored in file.tensors where stored.type.isReadable {
      let tensor = try file.tensor(stored.name)
      #expect(tensor.shape == stored.shape)
      _ = tensor.withElements { $0.reduce(into: UInt32(0)) { $0 ^= $1.bitPattern } }
    }
    return file.tensors.count
  }

  @Test func truncationsAtEveryByte() throws {
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixture("python.safetensors"))))
    #expect(try exercise(whole) == 9)
    for count in 0..<whole.count {
      #expect(throws: SafetensorsError.self, "\(count) bytes") { try exercise(Array(whole[..<count])) }
    }
    #expect(throws: SafetensorsError.self) { try exercise(whole + [0]) }
  }

  @Test func seededByteFlips() throws {
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixture("python.safetensors"))))
    var generator = SeededGenerator(state: 1)
    var refused = 0
    let trials = 5_000
    for _ in 0..<trials {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      do { _ = try exercise(bytes) } catch is SafetensorsError { refused += 1 }
    }
    // Most of the file is header; flips in the elements can't be seen.
    #expect(refused > trials / 2)
    #expect(refused < trials)
  }
}
