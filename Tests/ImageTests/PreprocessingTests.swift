import Foundation
import Testing
import XAITensor

@testable import XAIImage

@Suite struct PreprocessingTests {
  static let defaults = Preprocessing(resize: .exact(height: 224, width: 224), normalisation: .half)

  @Test("Normalising inverts denormalising, and unit pixels are x / 255")
  func roundTrip() throws {
    let preprocessing = Preprocessing(resize: .exact(height: 9, width: 11))
    let scene = try Fixture.scene()
    let input = try preprocessing.tensor(from: [scene, scene])
    let unit = try preprocessing.unitPixels(from: [scene, scene])
    let image = try preprocessing.resizedAndCropped(scene)
    #expect(input.shape == [2, 3, 9, 11])
    for (index, value) in unit[1].elements.enumerated() {
      let (channel, pixel) = index.quotientAndRemainder(dividingBy: 99)
      #expect(value == Float(image.pixels[3 * pixel + channel]) / 255)
    }
    for (a, b) in zip(preprocessing.denormalised(input).elements, unit.elements) {
      #expect(abs(a - b) < 1e-6)
    }
    for (a, b) in zip(preprocessing.normalised(unit).elements, input.elements) { #expect(abs(a - b) < 1e-6) }
  }

  @Test("Another input size keeps the share of the crop")
  func inputSize() throws {
    var timm = Preprocessing(
      resize: .shortestEdge(248), filter: .bicubic,
      crop: .init(height: 224, width: 224, rounding: .halfToEven))
    timm.cropFraction = 0.9
    let larger = timm.withInputSize(height: 384, width: 384)
    #expect(larger.resize == .shortestEdge(426))  // ⌊384 / 0.9⌋
    #expect(larger.inputSize ?? (0, 0) == (384, 384))
    let wide = timm.withInputSize(height: 224, width: 448)
    #expect(wide.resize == .cover(height: 248, width: 497))
    let exact = Self.defaults.withInputSize(height: 96, width: 64)
    #expect(exact.resize == .exact(height: 96, width: 64))
    let tensor = try exact.tensor(from: Fixture.scene())
    #expect(tensor.shape == [1, 3, 96, 64])
  }

  @Test("Crops place the odd pixel as their library does")
  func crops() {
    typealias Rounding = Preprocessing.CentreCrop.Rounding
    // (h − c) // 2 of Python.
    #expect(
      [(7, 4), (4, 7), (8, 5), (5, 5)].map { Rounding.floor.margin(of: $0, crop: $1) } == [1, -2, 1, 0])
    // int(round((h − c) / 2)) of Python, and a border of (c − h) // 2.
    #expect(
      [(7, 4), (9, 4), (4, 7), (5, 5)].map { Rounding.halfToEven.margin(of: $0, crop: $1) } == [2, 2, -1, 0])
  }

  @Test("Images that can't share a batch are refused")
  func batches() throws {
    let free = Preprocessing(resize: .none)
    let images = [
      RGBImage(width: 3, height: 2, filledWith: .white), RGBImage(width: 2, height: 3, filledWith: .white),
    ]
    #expect(throws: PreprocessingError.unequalExtents(first: "2×3", other: "3×2", index: 1)) {
      try free.tensor(from: images)
    }
    #expect(throws: PreprocessingError.noImages) { try free.tensor(from: []) }
    #expect(throws: PreprocessingError.emptyImage) {
      try free.tensor(from: RGBImage(width: 0, height: 3, pixels: []))
    }
    #expect(throws: PreprocessingError.tooElongated(image: "1×100000", resized: "224×22400000")) {
      try Preprocessing(resize: .shortestEdge(224)).tensor(
        from: RGBImage(width: 100_000, height: 1, filledWith: .white))
    }
  }
}
