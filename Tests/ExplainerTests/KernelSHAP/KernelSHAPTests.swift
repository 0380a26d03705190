import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAIKernelSHAP

/// Kernel SHAP against Shapley values by their definition.
@Suite("Kernel SHAP") struct KernelSHAPTests {
  private func factorial(_ n: Int) -> Double { (0..<n).reduce(1) { $0 * Double($1 + 1) } }

  /// φ_i = Σ_S |S|!·(M − |S| − 1)!/M!·(v(S ∪ i) − v(S)), over all coalitions without i.
  private func shapley(players: Int, value: (Int) -> Double) -> [Double] {
    let values = (0..<1 << players).map(value)
    return (0..<players).map { player in
      (0..<1 << players).filter { $0 >> player & 1 == 0 }.reduce(0) { sum, members in
        let size = members.nonzeroBitCount
        let weight = factorial(size) * factorial(players - size - 1) / factorial(players)
        return sum + weight * (values[members | 1 << player] - values[members])
      }
    }
  }

  @Test("with all coalitions they are Shapley values", arguments: ToyModel.all)
  func exact(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 6)
    let input = random.normal([1, 3, 12, 12])
    let cells = PatchCells(grid: model.descriptor.layout.grid, height: 12, width: 12)
    let players = cells.grid.count
    let isMeanPooled = [.meanOfPatches, .classAndMeanOfPatches].contains(model.descriptor.layout.readout)
    for fill in [Fill?.some(.zero), .some(.black)] + (isMeanPooled ? [] : [nil]) {
      var options = KernelSHAPOptions()
      (options.fill, options.score) = (fill ?? .zero, .logit)
      if fill == nil { options.segments = .tokens }
      let maps = try KernelSHAP(options: options).explain(input, targets: .classes([0, 2]), using: model)
      let hidden = fill?.input(hiding: input[0], preprocessing: model.descriptor.preprocessing).elements
      for (target, classIndex) in [0, 2].enumerated() {
        let expected = shapley(players: players) { members in
          guard let hidden else {
            let kept = (0..<players).filter { members >> $0 & 1 == 1 }
            return Double(
              try! model.intervenable().logits(input, under: .keepingPatches([kept]))[0].elements[classIndex])
          }
          var pixels = input.elements
          for index in pixels.indices {
            let (row, column) = (index % 144 / 12, index % 12)
            let patch = row * cells.grid.rows / 12 * cells.grid.columns + column * cells.grid.columns / 12
            if members >> patch & 1 == 0 { pixels[index] = hidden[index] }
          }
          return Double(try! model.logits(Tensor([1, 3, 12, 12], pixels))[0].elements[classIndex])
        }
        expectClose(
          maps[0][target].scores, expected.map(Float.init), within: 2e-5,
          "\(toy) \(fill?.rawValue ?? "tokens") class \(classIndex)"
        )
      }
    }
  }

  @Test("whatever the samples, the values sum to what the image gains", arguments: [40, 120, 400])
  func efficiency(_ samples: Int) throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 7)
    let input = random.normal([2, 3, 12, 12])
    var options = KernelSHAPOptions()
    options.samples = samples
    let maps = try KernelSHAP(options: options).explain(input, targets: .top(3), using: model)
    for image in 0..<2 {
      let whole = softmax(try model.logits(input)[image].elements)
      let nothing = softmax(try model.logits(Tensor(repeating: 0, [1, 3, 12, 12]))[0].elements)
      for map in maps[image] {
        let gain = whole[map.classIndex] - nothing[map.classIndex]
        #expect(abs(map.scores.reduce(0, +) - gain) < 1e-6)
      }
    }
  }

  @Test("coalitions: whole sizes from both ends, then pairs, all different, weighing 1 together")
  func coalitions() {
    for (count, budget) in [(9, 2066), (9, 100), (16, 2080), (49, 2146), (196, 2440), (2, 10), (5, 3)] {
      let chosen = WeightedCoalitions(count: count, budget: budget, seed: 1)
      #expect(chosen.coalitions.count <= budget)
      #expect(Set(chosen.coalitions).count == chosen.coalitions.count)
      #expect(chosen.coalitions.allSatisfy { (1..<count).contains($0.shownCount) })
      #expect(abs(chosen.weights.reduce(0, +) - 1) < 1e-9)
      guard count == 196 else { continue }
      // Each player alone, and each one missing.
      for size in [1, 195] { #expect(chosen.coalitions.count { $0.shownCount == size } == 196) }
      #expect(chosen.coalitions.count == budget)
    }
    let all = WeightedCoalitions(count: 9, budget: 2066, seed: 1)
    #expect(all.coalitions.count == 510)
    for (coalition, weight) in zip(all.coalitions, all.weights) {
      let size = coalition.shownCount
      // The kernel of Theorem 2, up to a factor: (M − 1) / (binomial(M, s)·s·(M − s)).
      let binomial = factorial(9) / (factorial(size) * factorial(9 - size))
      let kernel = 8 / (binomial * Double(size * (9 - size)))
      let sum = (1...8).reduce(0.0) { $0 + 8 / Double($1 * (9 - $1)) }
      #expect(abs(weight - kernel / sum) < 1e-12)
    }
  }

  @Test("too few coalitions, a fill of tokens, and a model without them are refused")
  func refusals() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = KernelSHAPOptions()
    options.samples = 4
    // Before the first pass, where the number of players is known.
    expectError("4 coalitions don't determine the values of 9 players") {
      try KernelSHAP(options: options).check(fits: model.descriptor)
    }
    options.samples = 40
    try KernelSHAP(options: options).check(fits: model.descriptor)
    // Superpixels are known of each image alone.
    (options.segments, options.samples) = (.slic, 2)
    try KernelSHAP(options: options).check(fits: model.descriptor)
    var random = SeededRandom(seed: 1)
    expectError("2 coalitions don't determine the values of") {
      try KernelSHAP(options: options).explain(random.normal([1, 3, 12, 12]), using: model)
    }
    options = KernelSHAPOptions()
    (options.segments, options.fill) = (.tokens, .black)
    expectError("leave it out with segments=tokens") { try KernelSHAP(options: options) }
    options.fill = .zero
    let limited = LimitedModel(model, to: [])
    expectError("kernel-shap needs patch-removal") {
      try KernelSHAP(options: options).check(fits: limited.descriptor)
    }
  }
}
