import Foundation
import XAIImage

extension TemporaryFolder {
  /// Writes an image whose pixels depend on a seed; the extension says the format.
  func writeImage(_ name: String, seed: Int = 1, width: Int = 40, height: Int = 30) throws {
    let image = try RGBImage(
      width: width, height: height,
      pixels: (0..<width * height * 3).map {
        UInt8(truncatingIfNeeded: ($0 &* 37) ^ ($0 / 7 &* seed) &+ seed &* 11)
      })
    try write(name.hasSuffix(".png") ? image.png() : image.jpeg(), to: name)
  }

  /// An image that the command has written.
  func image(_ name: String) throws -> RGBImage { try RGBImage(contentsOf: path(name)) }
}
