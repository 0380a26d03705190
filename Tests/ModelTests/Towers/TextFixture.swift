import Foundation
import XAITensor
import XAITesting
import XAIWeights

@testable import XAITowers

/// Small models of both towers, and what `transformers` makes of texts; see `generate.py` in `Tests/Fixtures/clip`.
struct TextFixture: Decodable {
  var texts: [String]
  var tokens: [[Int]]
  var classes: [String]
  var templates: [String]

  /// One with `tokenizer.json` and a stated last token, and one with `vocab.json` and `merges.txt`, whose last token has the
  /// highest number.
  static let models = ["both-towers", "both-towers-older"]

  static func path(_ name: String) -> String {
    CLIPFixture.fixtures.appending(path: "clip/\(name)").path
  }

  static func load() throws -> TextFixture {
    try JSONDecoder().decode(
      TextFixture.self, from: Data(contentsOf: URL(filePath: path("tokens.json"))))
  }

  static func expected(_ key: String) throws -> Tensor {
    try SafetensorsFile(path: path("expected.safetensors")).tensor(key)
  }

  static func tower(_ name: String, on kernels: AvailableKernels = .preferred) throws -> TextTower {
    let directory = try ModelDirectory(path(name))
    return try TextTower(directory, directory.weights(), of: .clip, on: kernels.make())
  }

  /// A row divided by its length.
  static func direction(_ row: [Float]) -> [Float] {
    let length = row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return row.map { Float(Double($0) / length) }
  }
}
