import Testing
import XAICore
import XAIEvaluation
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// What must be equal whatever the model.
@Suite struct PerturbationIdentityTests {
  private let model = ToyModel.classToken.make(on: PortableKernels())

  /// A noisy image of 12 × 12 in 3 × 3 patches.
  private func subject(map: [Float], scores: [Float]? = nil) throws -> MetricSubject {
    var random = SeededRandom(seed: 8)
    let pixels = Tensor([3, 12, 12], (0..<432).map { _ in random.uniform() })
    let input = model.descriptor.preprocessing.normalised(pixels).reshaped(to: [1, 3, 12, 12])
    return try MetricSubject(
      pixels: pixels, preprocessing: model.descriptor.preprocessing,
      scores: scores ?? [Float](repeating: 0, count: 9), grid: PatchGrid(rows: 3, columns: 3), map: map,
      classIndex: 2, probability: softmax(try model.logits(input)[0].elements)[2])
  }

  /// Values of which no two are equal.
  private func shuffled(_ count: Int) -> [Float] {
    var random = SeededRandom(seed: 9)
    var values = (0..<count).map { Float($0) / Float(count - 1) }
    for index in values.indices.dropLast() {
      values.swapAt(index, index + Int(random.uniform() * Float(count - index)))
    }
    return values
  }

  private func curve(_ metric: String, _ subject: MetricSubject) throws -> [Float] {
    let metric = try Registry(plugins: builtInMetrics).metric(metric)
    return try #require(try metric.evaluate(subject, using: model)?.curve).y.map { Float($0) }
  }

  @Test(
    "the least relevant first is the most relevant of the reversed map first",
    arguments: PerturbationProtocolTests.presets)
  func reversal(_ preset: String) throws {
    let (map, scores) = (shuffled(144), shuffled(9))
    let right = try subject(map: map, scores: scores)
    let reversed = try subject(map: map.map { 1 - $0 }, scores: scores.map { -$0 })
    expectClose(
      try curve("negative-perturbation:preset=\(preset)", right),
      try curve("deletion:preset=\(preset)", reversed), within: 1e-4, preset)
  }

  @Test(
    "to bring in the most relevant is to take away the least relevant, read backwards",
    arguments: [
      "substrate=zero,step=even(12)", "preset=black,step=even(12)", "preset=blur,step=even(12)",
      "preset=mean,step=even(12)", "preset=tokens",
    ])
  func backwards(_ options: String) throws {
    let right = try subject(map: shuffled(144), scores: shuffled(9))
    expectClose(
      try curve("insertion:\(options)", right),
      try curve("negative-perturbation:\(options)", right).reversed(), within: 1e-4, options)
  }

  @Test("a constant map goes by index, as a falling one does", arguments: PerturbationProtocolTests.metrics)
  func constantMap(_ id: String) throws {
    let sign: Float = id == "negative-perturbation" ? 1 : -1
    let constant = try subject(map: [Float](repeating: 0, count: 144))
    let sloping = try subject(
      map: (0..<144).map { 0.5 + sign * Float($0) / 288 }, scores: (0..<9).map { sign * Float($0) })
    for preset in PerturbationProtocolTests.presets where preset != "quantus" {
      #expect(
        try curve("\(id):preset=\(preset)", constant) == curve("\(id):preset=\(preset)", sloping), "\(preset)"
      )
    }
  }

  @Test("dropped tokens are those of the lowest or highest scores", arguments: ToyModel.all)
  func tokens(_ toy: ToyModel) throws {
    let model = toy.make(on: PortableKernels())
    let grid = toy.layout.grid
    let scores = shuffled(grid.count)
    let base = try subject(map: [Float](repeating: 0, count: 144))
    let input = model.descriptor.preprocessing.normalised(base.pixels).reshaped(to: [1, 3, 12, 12])
    let subject = try MetricSubject(
      pixels: base.pixels, preprocessing: base.preprocessing, scores: scores, grid: grid, map: base.map,
      classIndex: 2, probability: softmax(try model.logits(input)[0].elements)[2])
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let naive = try (0..<grid.count).map { removed in
      let kept = order.dropFirst(removed).sorted()
      return try softmax(model.intervenable().logits(input, under: .keepingPatches([kept]))[0].elements)[2]
        * 100
    }
    let value = try #require(
      try Registry(plugins: builtInMetrics).metric("deletion:preset=tokens").evaluate(subject, using: model))
    expectClose(value.curve?.y.map { Float($0) } ?? [], naive, within: 1e-3, "\(toy)")
  }
}
