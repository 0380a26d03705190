import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting

@testable import XAIROAD

/// Linear imputation against its equations, and the removal of shares.
@Suite struct ROADTests {
  private func image(_ height: Int, _ width: Int) -> Tensor {
    var random = SeededRandom(seed: 40)
    return Tensor([3, height, width], (0..<3 * height * width).map { _ in random.uniform() * 2 - 1 })
  }

  /// The largest difference between a missing pixel and the weighted mean of its neighbours, and of a pixel that is there.
  private func errors(_ filled: Tensor, _ image: Tensor, _ missing: [Bool]) -> (missing: Float, kept: Float) {
    let (height, width) = (image.shape[1], image.shape[2])
    let (after, before) = (filled.elements, image.elements)
    var (worst, kept): (Float, Float) = (0, 0)
    for place in after.indices {
      let (channel, row, column) = (place / (height * width), place / width % height, place % width)
      guard missing[row * width + column] else {
        kept = max(kept, abs(after[place] - before[place]))
        continue
      }
      var (sum, weights): (Float, Float) = (0, 0)
      for y in -1...1 {
        for x in -1...1 where (y, x) != (0, 0) {
          guard (0..<height).contains(row + y), (0..<width).contains(column + x) else { continue }
          let weight: Float = y == 0 || x == 0 ? 2 : 1
          sum += weight * after[(channel * height + row + y) * width + column + x]
          weights += weight
        }
      }
      worst = max(worst, abs(after[place] - sum / weights))
    }
    return (worst, kept)
  }

  @Test(
    "each missing pixel is the weighted mean of its neighbours, and the others stay",
    arguments: [(7, 5), (1, 9), (24, 31), (64, 64)])
  func equations(_ height: Int, _ width: Int) {
    let image = image(height, width)
    var random = SeededRandom(seed: 41)
    let block = (0..<height * width).map { $0 / width > height / 4 || $0 % width < width / 2 }
    for missing in [(0..<height * width).map { _ in random.uniform() < 0.7 }, block] {
      let filled = LinearImputation(missing: missing, height: height, width: width).filled(image)
      let (worst, kept) = errors(filled, image, missing)
      #expect(worst < 1e-5 && kept == 0, "\(worst), \(kept)")
    }
  }

  @Test("one pixel that is left is everywhere; nothing missing is the image, and nothing left is 0")
  func extremes() {
    let image = image(6, 8)
    var missing = [Bool](repeating: true, count: 48)
    missing[19] = false
    let filled = LinearImputation(missing: missing, height: 6, width: 8).filled(image)
    expectClose(
      filled.elements, (0..<144).map { image.elements[$0 / 48 * 48 + 19] }, within: 1e-5, "one pixel")
    let none = [Bool](repeating: false, count: 48)
    #expect(LinearImputation(missing: none, height: 6, width: 8).filled(image).elements == image.elements)
    let all = [Bool](repeating: true, count: 48)
    #expect(LinearImputation(missing: all, height: 6, width: 8).filled(image).elements.allSatisfy { $0 == 0 })
  }

  @Test("a share is removed from above a quantile, and equal values go together")
  func shares() {
    let map: [Float] = [0.1, 0.9, 0.4, 0.6, 0.8, 0.3, 0.2, 0.7, 0.5, 0, 1]
    for tenths in 1...9 {
      let expected = map.map { $0 >= 1 - Float(tenths) / 10 - 1e-6 }
      #expect(ROAD.removed(from: map, Double(tenths) * 10) == expected, "\(tenths)")
    }
    #expect(ROAD.removed(from: [0, 0, 0, 1], 50) == [true, true, true, true])
    #expect(ROAD.removed(from: [0, 0.5, 0.5, 1], 20) == [false, false, false, true])
    #expect(ROAD.removed(from: [0.5, 0.5], 10) == [true, true])
  }

  @Test("the value is that of the answers: least minus most, halved, and each against the whole image")
  func values() throws {
    let subject = try EvidenceModel().perfectSubject()
    let registry = try Registry(plugins: builtInMetrics)
    let answers = [0.5, 0.4, 0.2, 0.3, 0.1].map { FrameAnswer(probability: $0, isPredicted: true) }
    let both = try #require(try registry.metric("road:steps=3").measure(answers, for: subject))
    #expect(abs(both.number - 5) < 1e-5)
    #expect(zip(both.curve?.y ?? [], [5, 5]).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(zip(both.curve?.x ?? [], [100.0 / 3, 200.0 / 3]).allSatisfy { abs($0 - $1) < 1e-9 })
    let least = try registry.metric("road:steps=3,order=least").measure(answers, for: subject)
    #expect(abs(try #require(least).number + 20) < 1e-5)
    let most = try registry.metric("road:steps=3,order=most").measure(answers, for: subject)
    #expect(abs(try #require(most).number - 20) < 1e-5)
  }

  @Test("the noise is that of the seed and the image, on what is filled in alone")
  func noise() throws {
    let subject = try EvidenceModel().subject { row, column in Float(row * 16 + column) / 255 }
    let registry = try Registry(plugins: builtInMetrics)
    func frame(_ options: String, seed: Int = 0) throws -> [Float] {
      var subject = subject
      subject.experimentSeed = seed
      let plan = try registry.metric("road:steps=2,\(options)").frames(for: subject)
      return try #require(plan.image(2, of: subject)).elements
    }
    let (clean, noisy) = (try frame("noise=0"), try frame("noise=0.5"))
    // The most relevant half is gone.
    #expect(try frame("noise=0.5") == noisy)
    #expect(try frame("noise=0.5", seed: 1) != noisy)
    var random = SeededRandom(seed: subject.seed, 0)
    let drawn = (0..<768).map { _ in 0.5 * random.normal() }
    let naive = clean.indices.map { $0 % 256 >= 128 ? clean[$0] + drawn[$0] : clean[$0] }
    expectClose(noisy, naive, within: 1e-6, "noise")
    #expect(try registry.metric("road").needs == [.probabilities, .seed])
    #expect(try registry.metric("road:noise=0,score=logit").needs == [])
  }
}
