import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAILIME

/// LIME against its objective: at the solution the gradient of weighted squares and ridge is 0.
@Suite("LIME formula") struct LIMETests {
  @Test("the coefficients minimise the objective on every layout", arguments: ToyModel.all)
  func objective(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 9)
    let input = random.normal([1, 3, 12, 12])
    var options = LIMEOptions()
    (options.segments, options.fill, options.samples, options.seed) = (.patches, .fill(.zero), 60, 2)
    (options.width, options.ridge, options.score) = (0.4, 0.7, .logit)
    let lime = try LIME(options: options)
    let coefficients = try lime.explain(input, targets: .classes([1]), using: model)[0][0].scores.map(
      Double.init)
    let count = coefficients.count
    let samples = lime.samples(of: count)
    #expect(samples.count == 60 && samples[0].shownCount == count)
    let cells = PatchCells(grid: model.descriptor.layout.grid, height: 12, width: 12)
    let values = try samples.map { sample -> Double in
      let pixels = input.elements.enumerated().map { index, value -> Float in
        let (row, column) = (index % 144 / 12, index % 12)
        let patch = row * cells.grid.rows / 12 * cells.grid.columns + column * cells.grid.columns / 12
        return sample[patch] ? value : 0
      }
      return Double(try model.logits(Tensor([1, 3, 12, 12], pixels))[0].elements[1])
    }
    let weights = samples.map { sample -> Double in
      let cosine = (Double((0..<count).count { sample[$0] }) / Double(count)).squareRoot()
      return exponential(-(1 - cosine) * (1 - cosine) / (2 * 0.4 * 0.4))
    }
    func row(_ sample: Coalition) -> [Double] { (0..<count).map { sample[$0] ? 1 : 0 } }
    let residuals = zip(samples, values).map { sample, value in
      value - zip(row(sample), coefficients).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let intercept = zip(weights, residuals).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    for segment in 0..<count {
      let slope = samples.indices.reduce(0.0) { sum, index in
        sum + (samples[index][segment] ? weights[index] * (residuals[index] - intercept) : 0)
      }
      #expect(abs(slope - 0.7 * coefficients[segment]) < 1e-4, "\(toy) segment \(segment)")
    }
  }

  @Test("an image of one superpixel has one coefficient; a fill of tokens is refused")
  func segments() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = LIMEOptions()
    (options.superpixels, options.samples) = (1, 10)
    let map = try LIME(options: options).explain(Tensor(repeating: 0.2, [1, 3, 12, 12]), using: model)[0][0]
    #expect(map.isDegenerate)
    (options.segments, options.fill) = (.tokens, .fill(.black))
    expectError("leave it out with segments=tokens") { try LIME(options: options) }
  }

  @Test("a kernel that no sample is near enough for is refused or still finite")
  func narrow() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = LIMEOptions()
    (options.width, options.samples) = (1e-6, 30)
    let map = try LIME(options: options).explain(Tensor(repeating: 0.2, [1, 3, 12, 12]), using: model)[0][0]
    #expect(map.scores.allSatisfy { $0.isFinite })
  }
}
