import Foundation

/// What SciPy says, from `Tests/Fixtures/report`.
struct Expected: Decodable {
  struct Mean: Decodable {
    let name: String
    let values: [Double]
    let mean: Double
    let deviation: Double
    let interval: [Double]
  }

  struct Pair: Decodable {
    let name: String
    let a: [Float]
    let b: [Float]
    let correlation: Double
  }

  let means: [Mean]
  let pairs: [Pair]

  static func load() throws -> Expected {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/report/expected.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
  }
}
