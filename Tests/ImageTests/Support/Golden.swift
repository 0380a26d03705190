import Foundation
import XAIImage

/// What the Python side made of the images in `Tests/Fixtures/images`; see `generate.py` there.
struct Golden: Decodable {
  struct Image: Decodable {
    var width: Int
    var height: Int
    var sha256: String
  }

  struct Resized: Decodable, CustomStringConvertible {
    var filter: String
    var width: Int
    var height: Int
    var sha256: String

    var description: String { "\(filter) to \(width)×\(height)" }
  }

  struct Upsampled: Decodable {
    struct Case: Decodable {
      var height: Int
      var width: Int
      var values: [Float]
    }

    var grid: [[Float]]
    var cases: [Case]
  }

  /// Maps over a photograph of which a model saw a resized and cropped part, by NumPy and matplotlib.
  struct Overlays: Decodable {
    struct Case: Decodable {
      var meaning: String
      var colourMap: String
      var alpha: Double
      var upsampling: String
      var seen: Int
      var pixels: [UInt8]
    }
    var photograph: [UInt8]
    var width: Int
    var scores: [Float]
    var cases: [Case]
  }

  struct Colours: Decodable {
    var positions: [Float]
    var viridis: [[UInt8]]
  }

  var decoded: [String: Image]
  var photos: [String: String]
  var oriented: [String: Image]
  var resized: [Resized]
  var upsampled: Upsampled
  var colourMaps: [String: String]
  var colours: Colours
  var overlays: Overlays

  static let shared: Golden = {
    do {
      return try JSONDecoder().decode(
        Golden.self, from: Data(contentsOf: URL(filePath: Fixture.path("golden.json"))))
    } catch {
      fatalError("golden.json: \(error)")
    }
  }()
}

/// The images of `Tests/Fixtures/images`.
enum Fixture {
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "Fixtures/images/\(name)").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  /// The synthetic scene of 61×47 pixels that the other results are made from.
  static func scene() throws -> RGBImage { try RGBImage(contentsOf: path("rgb8.png")) }
}

/// A generator of the same numbers in each run (Vigna's SplitMix64).
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
