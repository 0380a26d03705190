import Foundation

/// The path of a file in `Tests/Fixtures/Weights`.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/Weights/\(name)").path
}

/// The folder of data that is not part of the repository, nil where the tests run without it.
let dataFolder = ProcessInfo.processInfo.environment["XAI_DATA"]

/// Numbers that repeat from a seed: splitmix64 (Steele, Lea, Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
