import Testing

@testable import XAIImage

@Suite struct ResizeTests {
  @Test("Resizing gives the bytes of Pillow", arguments: Golden.shared.resized)
  func pillow(expected: Golden.Resized) throws {
    let filter = try #require(ResamplingFilter(rawValue: expected.filter))
    let image = try Fixture.scene().resized(width: expected.width, height: expected.height, filter: filter)
    #expect(image.width == expected.width && image.height == expected.height)
    #expect(sha256(image.pixels) == expected.sha256)
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

  @Test("A constant picture stays constant", arguments: ResamplingFilter.allCases)
  func constant(filter: ResamplingFilter) {
    let image = Image(width: 13, height: 9, filledWith: Colour(7, 128, 250))
    for (width, height) in [(1, 1), (5, 20), (40, 3), (26, 18)] {
      let resized = image.resized(width: width, height: height, filter: filter)
      #expect(resized == Image(width: width, height: height, filledWith: Colour(7, 128, 250)))
    }
  }

  @Test("PIL codes name the filters")
  func codes() {
    #expect(
      (0...5).map(ResamplingFilter.init(pilCode:)) == [.nearest, .lanczos, .bilinear, .bicubic, nil, nil])
  }
}
