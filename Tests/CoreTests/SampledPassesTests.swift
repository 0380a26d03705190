import Synchronization
import Testing
import XAICore
import XAIDatasets
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIMetrics
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// Batches of passes against one pass after the other.
@Suite("Sampled passes") struct SampledPassesTests {
  private let explainer = SmoothGrad()

  @Test(
    "a weighted gradient of many inputs is that of each alone", arguments: [(1, 1), (2, 7), (3, 4), (9, 2)])
  func alone(_ images: Int, _ samples: Int) throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 3)
    let input = random.normal([images, 3, 12, 12])
    let trace = try model.forward(input, recording: Recording())
    let targets = try Targets((0..<images).map { [$0 % 5, ($0 + 2) % 5] })
    let cotangent = try trace.cotangent(of: targets, contrast: .runnerUp)
    let weights = (0..<samples).map { 0.3 + Float($0) }
    func write(_ sample: Int, _ destination: UnsafeMutablePointer<Float>) {
      for (index, value) in input.elements.enumerated() {
        destination[index] = value * (1 + 0.1 * Float(sample))
      }
    }
    let found = try SampledPasses(trace, cotangent: cotangent, using: model, for: explainer)
      .weightedInputGradient(
        weights, write: write)
    var expected = [Float](repeating: 0, count: found.count)
    for sample in 0..<samples {
      let own = try model.forward(
        Tensor(input.shape) { write(sample, $0) }, recording: Recording(gradients: true))
      let gradient = try model.differentiable().backward(
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
    try SampledPasses(trace, cotangent: cotangent, using: model, for: explainer).run(
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
          _ = try model.differentiable().backward(
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

  @Test("each batch is told, and a watcher that says no ends the run")
  func progress() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 3)
    let trace = try model.forward(random.normal([2, 3, 12, 12]), recording: Recording())
    let passes = SampledPasses(
      trace, cotangent: try trace.cotangent(of: Targets([[0], [1]]), contrast: .none), using: model,
      for: explainer)
    func run(until last: Int) throws -> [PassCount] {
      let counts = Mutex<[PassCount]>([])
      try? PassProgress.watched(by: { count in
        counts.withLock { $0.append(count) }
        return count.done < last
      }) {
        try passes.run(
          10, requesting: GradientRequest(input: true),
          write: { _, destination in destination.update(repeating: 0.5, count: trace.input.count) })
      }
      return counts.withLock { $0 }
    }
    let all = try run(until: .max)
    #expect(all.map(\.done) == [6, 12, 20])
    #expect(all.allSatisfy { $0.total == 20 && $0.explainer == "smooth-grad" })
    #expect(try run(until: 12).map(\.done) == [6, 12])
    #expect(throws: CancellationError.self) {
      try PassProgress.watched(by: { _ in false }) {
        try passes.run(
          1, requesting: GradientRequest(input: true),
          write: { _, destination in destination.update(repeating: 0.5, count: trace.input.count) })
      }
    }
  }
}
