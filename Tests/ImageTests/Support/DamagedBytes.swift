import Testing

@testable import XAIImage

/// Expects of an encoded image, one to four of its bytes changed at random, an image or an error that says something.
func expectImagesOrErrors(fromDamaged bytes: [UInt8], rounds: Int) {
  var generator = SeededGenerator(state: UInt64(bytes.count))
  for round in 0..<rounds {
    var damaged = bytes
    for _ in 0...round % 4 {
      damaged[.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
    }
    // The headers may now announce a large image; the limit keeps the test fast.
    do throws(ImageError) {
      let image = try RGBImage(decoding: damaged, pixelLimit: 1 << 20)
      #expect(image.pixels.count == image.width * image.height * 3)
    } catch {
      #expect(!error.description.isEmpty)
    }
  }
}
