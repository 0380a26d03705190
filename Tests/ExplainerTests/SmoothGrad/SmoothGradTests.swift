import Testing
import XAICore
import XAIFoundation
import XAISmoothGrad
import XAITensor
import XAITesting

/// SmoothGrad against one noisy copy after the other.
@Suite("SmoothGrad formula") struct SmoothGradTests {
  private let input: Tensor = {
    var random = SeededRandom(seed: 8)
    return random.normal([2, 3, 12, 12])
  }()

  private func map(_ model: any Model, _ change: (inout SmoothGradOptions) -> Void) throws -> [[Attribution]]
  {
    var options = SmoothGradOptions()
    options.samples = 5
    change(&options)
    return try SmoothGrad(options: options).explain(input, targets: .classes([3, 0]), using: model)
  }

  @Test("sample by sample", arguments: ToyModel.all, [false, true])
  func formula(_ toy: ToyModel, _ timesInput: Bool) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    let maps = try map(model) { ($0.timesInput, $0.seed, $0.noise) = (timesInput, -2, 0.3) }
    for image in 0..<2 {
      let pixels = input[image].elements
      let standardDeviation = 0.3 * (try #require(pixels.max()) - (try #require(pixels.min())))
      for (target, classIndex) in [3, 0].enumerated() {
        var mean = [Float](repeating: 0, count: pixels.count)
        for sample in 0..<5 {
          var random = SeededRandom(seed: UInt64(bitPattern: -2), UInt64(sample))
          let noisy = pixels.map { $0 + standardDeviation * random.normal() }
          let gradient = try model.inputGradient(
            at: Tensor(input[image].shape, noisy), along: model.direction(of: classIndex)
          ).elements
          for index in mean.indices { mean[index] += gradient[index] / 5 }
        }
        let values = zip(mean, pixels).map { abs(timesInput ? $0 * $1 : $0) }
        let scores = patchSums(of: values, input[image].shape, grid: toy.layout.grid)
        let largest = Float(scores.max() ?? 0)
        expectClose(
          maps[image][target].scores, scores.map { Float($0) }, within: 1e-4 * largest, "\(toy) \(timesInput)"
        )
      }
    }
  }

  @Test("without noise every copy is the image")
  func noNoise() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let (one, five) = (try map(model) { ($0.noise, $0.samples) = (0, 1) }, try map(model) { $0.noise = 0 })
    expectClose(five[0][0].scores, one[0][0].scores, within: 1e-5, "scores")
  }

  @Test("the same seed gives the same bits, another seed another map")
  func seeds() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let (first, again, other) = (
      try map(model) { _ in }, try map(model) { _ in }, try map(model) { $0.seed = 1 }
    )
    #expect(first[0][0].scores == again[0][0].scores)
    #expect(first[0][0].scores != other[0][0].scores)
  }
}
