import Testing
import XAIFoundation

@testable import XAIImage

@Suite struct ResizeTests {
  @Test("Resizing gives the bytes of Pillow", arguments: Golden.shared.resized)
  func pillow(expected: Golden.Resized) throws {
    let filter = try #require(ResamplingFilter(rawValue: expected.filter))
    let image = try Fixture.scene().resized(width: expected.width, height: expected.height, filter: filter)
    #expect(image.width == expected.width && image.height == expected.height)
    #expect(SHA256.text(image.pixels) == expected.sha256)
  }

  @Test(
    "Weights of each target sample sum to one", arguments: [ResamplingFilter.bilinear, .bicubic, .lanczos])
  func weights(filter: ResamplingFilter) {
    for (source, target) in [(10, 3), (3, 10), (7, 7), (1, 5), (5, 1), (500, 224)] {
      let weights = ResamplingWeights(from: source, to: target, filter: filter)
      for (index, span) in weights.spans.enumerated() {
        #expect(span.first >= 0 && span.count > 0 && span.first + span.count <= source)
        let sum = (0..<span.count).reduce(0) { $0 + Int(weights.weights[index * weights.stride + $1]) }
        // Each of the weights is rounded by at most half a unit.
        #expect(abs(sum - 1 << Int(ResamplingWeights.fractionalBits)) <= span.count / 2 + 1)
      }
    }
  }

  @Test(
    "A target sample takes the source samples that its kernel covers, and no more",
    arguments: [
      (ResamplingFilter.bilinear, 1.0), (.bicubic, 2), (.lanczos, 3),
    ])
  func taps(filter: ResamplingFilter, support: Double) {
    for (source, target) in [(10_000, 224), (5_000, 224), (224, 5_000), (1_000, 1), (500, 500)] {
      let weights = ResamplingWeights(from: source, to: target, filter: filter)
      // The kernel is as wide as the stretched filter, and an end of it may cut a sample.
      let most = 2 * support * max(Double(source) / Double(target), 1) + 1
      #expect(weights.spans.allSatisfy { Double($0.count) <= most }, "\(source) to \(target)")
      #expect(weights.spans.count == target)
    }
  }

  @Test("A constant image stays constant", arguments: ResamplingFilter.allCases)
  func constant(filter: ResamplingFilter) {
    let image = RGBImage(width: 13, height: 9, filledWith: Colour(7, 128, 250))
    for (width, height) in [(1, 1), (5, 20), (40, 3), (26, 18)] {
      let resized = try! image.resized(width: width, height: height, filter: filter)
      #expect(resized == RGBImage(width: width, height: height, filledWith: Colour(7, 128, 250)))
    }
  }

  @Test("PIL codes name the filters")
  func codes() {
    #expect(
      (0...5).map(ResamplingFilter.init(pilCode:)) == [.nearest, .lanczos, .bilinear, .bicubic, nil, nil])
  }
}
