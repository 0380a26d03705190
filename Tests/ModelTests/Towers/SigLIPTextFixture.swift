import Foundation
import XAICore
import XAITensor
import XAITesting
import XAIWeights

@testable import XAITowers

/// Small models of both towers with tokenizers of each kind, and what the libraries make of texts; see `generate.py` in
/// `Tests/Fixtures/siglip-texts`.
struct SigLIPTextFixture: Decodable {
  var texts: [String]
  /// By model, without what only repeats the last token.
  var tokens: [String: [[Int]]]
  var classes: [String]
  var templates: [String]

  /// A unigram model in `tokenizer.json`, one in `spiece.model`, and byte pairs.
  static let models = ["unigram", "spiece", "pairs"]
  static let length = 64

  static func path(_ name: String) -> String {
    CLIPFixture.fixtures.appending(path: "siglip-texts/\(name)").path
  }

  static func load() throws -> SigLIPTextFixture {
    try JSONDecoder().decode(
      SigLIPTextFixture.self, from: Data(contentsOf: URL(filePath: path("tokens.json"))))
  }

  static func expected(_ key: String) throws -> Tensor {
    try SafetensorsFile(path: path("expected.safetensors")).tensor(key)
  }

  static func tokenizer(_ name: String) throws -> PieceTokenizer? {
    try PieceTokenizer(directory: ModelDirectory(path(name)), isOpenCLIP: name == "open-clip")
  }

  static func tower(_ name: String, on kernels: AvailableKernels = .preferred) throws -> TextTower {
    let directory = try ModelDirectory(path(name))
    return try TextTower(directory, directory.weights(), of: .sigLIP, on: kernels.make())
  }

  /// The tokens of a text, as many as the context has.
  func tokens(_ model: String, _ text: Int) -> [Int] {
    let own = tokens[model]?[text] ?? []
    return own + [Int](repeating: own.last ?? 0, count: Self.length - own.count)
  }

  /// A row divided by its length.
  static func direction(_ row: [Float]) -> [Float] {
    let length = row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return row.map { Float(Double($0) / length) }
  }
}
