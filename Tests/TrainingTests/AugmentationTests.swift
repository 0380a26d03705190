import Testing
import XAI
import XAIFoundation
import XAITesting

@testable import XAITraining

@Suite struct AugmentationTests {
  private let preprocessing = Preprocessing(resize: .exact(height: 14, width: 21), normalisation: .half)

  private func augmentation(_ crop: String, flip: Bool = false) throws -> Augmentation {
    Augmentation(
      recipe: try recipe(("crop", crop), ("flip", "\(flip)")), preprocessing: preprocessing, height: 14,
      width: 21)
  }

  @Test("no crop and no flip is the preparation of use")
  func none() throws {
    let image = formulaImage(1, height: 30, width: 40)
    var random = SeededRandom(seed: 1)
    #expect(
      try augmentation("none").prepared(image, random: &random) == preprocessing.resizedAndCropped(image))
  }

  @Test("shifted crops are the parts of the image at 8/7 of the size, each of them, and no other")
  func shifted() throws {
    let image = formulaImage(2, height: 30, width: 40)
    let whole = try image.resized(width: 24, height: 16, filter: preprocessing.filter)
    var parts: Set<RGBImage> = []
    for y in 0...2 { for x in 0...3 { parts.insert(try whole.cropped(x: x, y: y, width: 21, height: 14)) } }
    #expect(parts.count == 12)
    var seen: Set<RGBImage> = []
    let augmentation = try augmentation("shifted")
    for seed in 0..<300 {
      var random = SeededRandom(seed: UInt64(seed))
      seen.insert(try augmentation.prepared(image, random: &random))
    }
    #expect(seen == parts)
  }

  @Test("about every second image is mirrored, and twice is not at all")
  func flips() throws {
    let image = formulaImage(3, height: 14, width: 21)
    #expect(image.mirrored().mirrored() == image)
    #expect(image.mirrored()[0, 5] == image[20, 5])
    let augmentation = try augmentation("none", flip: true)
    let mirrored = try (0..<1000).filter { seed in
      var random = SeededRandom(seed: UInt64(seed))
      return try augmentation.prepared(image, random: &random) == image.mirrored()
    }
    #expect((450...550).contains(mirrored.count))
  }

  @Test(
    "resized crops have the input size, whatever the image",
    arguments: [(1, 1), (3, 200), (200, 3), (50, 60)])
  func resized(height: Int, width: Int) throws {
    let augmentation = try augmentation("resized")
    for seed in 0..<20 {
      var random = SeededRandom(seed: UInt64(seed))
      let result = try augmentation.prepared(formulaImage(0, height: height, width: width), random: &random)
      #expect(result.width == 21 && result.height == 14)
    }
  }

  @Test("an epoch sees each image once, in an order of its own")
  func order() {
    let orders = (0..<2).map { epoch in
      let order = EpochOrder(count: 103, seed: 9, epoch: epoch)
      return (0..<11).flatMap { order.batch($0, size: 10) }
    }
    for order in orders { #expect(order.sorted() == Array(0..<103)) }
    #expect(orders[0] != orders[1])
    #expect(EpochOrder(count: 103, seed: 9, epoch: 0).batch(10, size: 10).count == 3)
    #expect(EpochOrder(count: 103, seed: 10, epoch: 0).batch(0, size: 103) != orders[0])
  }
}
