import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAISobol

/// Sobol attribution against its formula, with masks that are written out one by one.
@Suite("Sobol formula") struct SobolTests {
  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 23)
    let input = random.normal([2, 3, 12, 12])
    let patches = PatchCells(grid: model.descriptor.layout.grid, height: 12, width: 12)
    for (grid, designs, fill, score) in [
      (3, 8, Fill.zero, OutputScore.probability), (5, 4, .black, .logit), (nil, 2, .blur, .logit),
    ] {
      var options = SobolOptions()
      (options.grid, options.designs, options.fill, options.score) = (grid, designs, fill, score)
      options.batch = 5
      let maps = try Sobol(options: options).explain(input, targets: .classes([0, 3]), using: model)
      let (rows, columns) = (grid ?? patches.grid.rows, grid ?? patches.grid.columns)
      let sequence = SobolSequence(dimensions: 2 * rows * columns)
      for (image, target, classIndex) in [(0, 1, 3), (1, 0, 0)] {
        let original = input[image].elements
        let hidden = fill.input(hiding: input[image], preprocessing: model.descriptor.preprocessing).elements
        func value(_ mask: (_ cell: Int) -> Float) throws -> Double {
          let pixels = original.indices.map { index -> Float in
            let (y, x) = (index % 144 / 12, index % 12)
            let m = mask(Int(Double(y * rows) / 12) * columns + Int(Double(x * columns) / 12))
            return m * original[index] + (1 - m) * hidden[index]
          }
          let logits = try model.logits(Tensor([1, 3, 12, 12], pixels))[0].elements
          return Double(score == .logit ? logits[classIndex] : softmax(logits)[classIndex])
        }
        let a = try (0..<designs).map { n in try value { sequence.value(n, dimension: $0) } }
        let mean = a.reduce(0, +) / Double(designs)
        let variance = a.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(designs - 1)
        let indices = try (0..<rows * columns).map { cell in
          let c = try (0..<designs).map { n in
            try value { sequence.value(n, dimension: $0 == cell ? rows * columns + cell : $0) }
          }
          return zip(a, c).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / (2 * Double(designs) * variance)
        }
        let pixels = (0..<144).map { indices[$0 / 12 * rows / 12 * columns + $0 % 12 * columns / 12] }
        expectCloseToLargest(
          Tensor([patches.grid.count], maps[image][target].scores),
          Tensor([patches.grid.count], patches.means(of: pixels)), within: 1e-3,
          "\(toy) '\(options.shortestText)'")
      }
    }
  }

  /// Of a sum of cells, each index is the square of its weight's share: there are no interactions.
  @Test(
    "the indices of a linear function are the shares of its variance, and those of a cell without effect are 0"
  )
  func linear() {
    let weights = [3.0, 2, 1, 0, -2, 0.5]
    let designs = ReplicatedDesigns(count: 4096, cells: weights.count)
    let scores = (0..<designs.maskCount).map { mask in
      zip(weights, designs.mask(mask)).reduce(7) { $0 + $1.0 * Double($1.1) }
    }
    let total = weights.reduce(0) { $0 + $1 * $1 }
    for (weight, index) in zip(weights, designs.totalIndices(scores)) {
      #expect(abs(index - weight * weight / total) < 0.01, "\(weight): \(index)")
    }
    #expect(designs.totalIndices(scores)[3] == 0)
    // f ↦ 5·f − 2 changes nothing.
    let scaled = designs.totalIndices(scores.map { 5 * $0 - 2 })
    for (a, b) in zip(scaled, designs.totalIndices(scores)) { #expect(abs(a - b) < 1e-9) }
    #expect(designs.totalIndices(scores.map { _ in 0.3 }) == weights.map { _ in 0 })
  }

  @Test("each half, quarter and eighth of every dimension has its share of the points")
  func sequence() {
    let sequence = SobolSequence(dimensions: SobolSequence.dimensions)
    for dimension in 0..<SobolSequence.dimensions {
      for parts in [2, 4, 8, 16, 32] {
        let places = (0..<32).map { Int(sequence.value($0, dimension: dimension) * Float(parts)) }
        #expect((0..<parts).allSatisfy { part in places.count { $0 == part } == 32 / parts }, "\(dimension)")
      }
    }
    #expect(
      (0..<8).map { sequence.value($0, dimension: 1) } == [0, 0.5, 0.25, 0.75, 0.375, 0.875, 0.125, 0.625])
  }

  @Test("more cells than there are dimensions for are refused before any pass")
  func refusal() throws {
    let descriptor = ToyModel.classToken.make(on: AvailableKernels.preferred.make()).descriptor
    var options = SobolOptions()
    options.grid = 16
    try Sobol(options: options).check(fits: descriptor)
    options.grid = 17
    expectError("1 to 16") { try Sobol(options: options).check(fits: descriptor) }
    options = SobolOptions()
    options.designs = 24
    expectError("a power of two") { try Sobol(options: options).check(fits: descriptor) }
  }
}
