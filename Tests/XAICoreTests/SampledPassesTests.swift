import Testing
import XAICore
import XAITensor
import XAITesting

/// Batches of passes against one pass after the other.
@Suite("Sampled passes") struct SampledPassesTests {
  @Test(
    "a weighted gradient of many inputs is that of each alone", arguments: [(1, 1), (2, 7), (3, 4), (9, 2)])
  func alone(_ images: Int, _ samples: Int) throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 3)
    let input = random.normal([images, 3, 12, 12])
    let trace = try model.forward(input, recording: Recording())
    let targets = Targets((0..<images).map { [$0 % 5, ($0 + 2) % 5] })
    let cotangent = try trace.cotangent(of: targets, contrast: .runnerUp)
    let weights = (0..<samples).map { 0.3 + Float($0) }
    func write(_ sample: Int, _ destination: UnsafeMutablePointer<Float>) {
      for (index, value) in input.elements.enumerated() {
        destination[index] = value * (1 + 0.1 * Float(sample))
      }
    }
    let found = try SampledPasses(trace, cotangent: cotangent, using: model).weightedInputGradient(
      weights, write: write)
    var expected = [Float](repeating: 0, count: found.count)
    for sample in 0..<samples {
      let own = try model.forward(
        Tensor(input.shape) { write(sample, $0) }, recording: Recording(gradients: true))
      let gradient = try model.backward(
        from: cotangent, through: own, requesting: GradientRequest(input: true))
      for (index, value) in try #require(gradient.input).elements.enumerated() {
        expected[index] += weights[sample] * value
      }
    }
    expectCloseToLargest(
      found, Tensor(found.shape, expected), within: 1e-5, "\(images) images, \(samples) samples")
  }

  @Test("attention gradients come with the rows of their samples")
  func attention() throws {
    let model = ToyModel.distilled.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 5)
    let input = random.normal([2, 3, 12, 12])
    let trace = try model.forward(input, recording: Recording())
    let cotangent = try trace.cotangent(of: Targets([[0, 3], [1, 2]]), contrast: .none)
    var seen: Set<Int> = []
    try SampledPasses(trace, cotangent: cotangent, using: model).run(
      7, requesting: GradientRequest(attention: .some([2])),
      write: { sample, destination in
        for (index, value) in input.elements.enumerated() { destination[index] = value + Float(sample) }
      },
      visitAttention: { batch, visited in
        for sample in batch.samples {
          seen.insert(sample)
          let own = try model.forward(
            Tensor(input.shape, input.elements.map { $0 + Float(sample) }),
            recording: Recording(gradients: true))
          _ = try model.backward(
            from: cotangent, through: own, rules: .gradient,
            requesting: GradientRequest(attention: .some([2]))
          ) { expected in
            for passRow in 0..<4 {
              expectCloseToLargest(
                visited.gradient[batch.row(sample: sample, of: passRow)], expected.gradient[passRow],
                within: 1e-5,
                "sample \(sample), row \(passRow)")
            }
          }
        }
      })
    #expect(seen == Set(0..<7))
  }
}
