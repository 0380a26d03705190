import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAIFovEx

/// FovEx: what it shows the model, how it moves, and what becomes a map.
@Suite("FovEx") struct FovExTests {
  private let options: FovExOptions = {
    var options = FovExOptions()
    (options.blur, options.reach) = (1.5, 4)
    return options
  }()

  private func gaze(_ image: Tensor, _ options: FovExOptions) -> Gaze {
    Gaze(
      image, blurred: ReflectedBlur(standardDeviation: options.blur, reach: options.reach)(image),
      options: options)
  }

  private func input(_ gaze: Gaze) -> [Float] {
    Tensor(gaze.shape) { gaze.write(to: $0) }.elements
  }

  @Test("the blur is a Gaussian, mirrored at the outermost pixels")
  func blur() {
    var random = SeededRandom(seed: 1)
    let image = random.normal([3, 5, 7])
    let blurred = ReflectedBlur(standardDeviation: 2, reach: 9)(image)
    func mirrored(_ index: Int, _ length: Int) -> Int {
      var index = index
      while index < 0 || index >= length { index = index < 0 ? -index : 2 * (length - 1) - index }
      return index
    }
    for (channel, row, column) in [(0, 0, 0), (1, 2, 3), (2, 4, 6)] {
      var (sum, total) = (0.0, 0.0)
      for y in -9...9 {
        for x in -9...9 {
          let weight = exponential(-Double(x * x + y * y) / 8)
          total += weight
          sum += weight * Double(image[channel][mirrored(row + y, 5)].elements[mirrored(column + x, 7)])
        }
      }
      #expect(abs(blurred[channel][row].elements[column] - Float(sum / total)) < 1e-5)
    }
    // One pixel, and a flat image, stay as they are.
    #expect(
      abs(ReflectedBlur(standardDeviation: 3, reach: 5)(Tensor([3, 1, 1], [1, 2, 3])).elements[1] - 2) < 1e-6)
  }

  @Test("what is looked at is sharp, what is far away blurred")
  func view() {
    var random = SeededRandom(seed: 2)
    let image = random.normal([3, 21, 21])
    let gaze = gaze(image, options)
    let (seen, blurred) = (input(gaze), ReflectedBlur(standardDeviation: 1.5, reach: 4)(image).elements)
    let centre = 10 * 21 + 10
    #expect(abs(seen[centre] - image.elements[centre]) < 1e-6)
    #expect(abs(seen[0] - blurred[0]) < 1e-4)
  }

  @Test("the place moves by the sign of its gradient", arguments: [0, 1, 2, 3, 4, 5])
  func gradient(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let image = random.normal([3, 12, 16])
    let weights = random.normal([3, 12, 16])
    // A loss that is linear in the input has the weights for its gradient.
    func loss(_ gaze: Gaze) -> Double {
      zip(input(gaze), weights.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var before = gaze(image, options)
    if seed % 2 == 1 {
      // With something already seen.
      before.step(loss: 1, inputGradient: weights, other: .zero)
      before.fixate()
    }
    var slopes = SIMD2<Double>.zero
    for axis in 0..<2 {
      // A search that goes a small step along an axis, by its own rule.
      func moved(_ by: Double) -> Double {
        var gaze = before
        var other = SIMD2<Double>.zero
        other[axis] = by
        gaze.step(loss: .infinity, inputGradient: weights, other: other)
        return loss(gaze)
      }
      slopes[axis] = (moved(1e-3) - moved(-1e-3)) / 2e-3
    }
    var after = before
    after.step(loss: 0, inputGradient: weights, other: .zero)
    for axis in 0..<2 {
      #expect(after.place[axis] == (slopes[axis] > 0 ? -0.1 : 0.1), "axis \(axis), slope \(slopes[axis])")
    }
  }

  @Test("a map is the sum of the spots of its fixations", arguments: AvailableKernels.all)
  func map(_ kernels: AvailableKernels) throws {
    let model = ToyModel.nonSquare.make(on: kernels.make())
    var random = SeededRandom(seed: 3)
    var options = options
    (options.fixations, options.steps, options.spot) = (3, 1, 0.2)
    let input = random.normal([1, 3, 12, 12])
    let map = try FovEx(options: options).explain(input, targets: .classes([1]), using: model)[0][0]
    // A single step from the centre ends at one of the four places beside it, each fixation of its own.
    let spots = [-0.1, 0.1].flatMap { y in [-0.1, 0.1].map { x in SIMD2(y, x) } }.map { place in
      (0..<144).map { pixel -> Double in
        let row = 2 * Double(pixel / 12) / 11 - 1 - place[0]
        let column = 2 * Double(pixel % 12) / 11 - 1 - place[1]
        return exponential(-(row * row + column * column) / 0.2)
      }
    }
    let cells = PatchCells(grid: PatchGrid(rows: 2, columns: 4), height: 12, width: 12)
    var distances: [Float] = []
    for a in spots {
      for b in spots {
        for c in spots {
          let sum = cells.means(of: a.indices.map { a[$0] + b[$0] + c[$0] })
          distances.append(zip(sum, map.scores).map { abs($0 - $1) }.max() ?? 0)
        }
      }
    }
    #expect((distances.min() ?? 1) < 1e-5)
  }

  @Test("rows of a batch don't depend on one another, and seeds repeat")
  func batches() throws {
    let model = ToyModel.registers.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 5)
    let input = random.normal([2, 3, 12, 12])
    var options = options
    (options.fixations, options.steps) = (3, 4)
    func maps(_ batch: Int, seed: Int = 0) throws -> [[Float]] {
      (options.batch, options.seed) = (batch, seed)
      return try FovEx(options: options).explain(input, targets: .classes([0, 1, 2]), using: model)
        .flatMap { $0.map(\.scores) }
    }
    let together = try maps(6)
    #expect(try maps(6) == together)
    for (map, expected) in zip(try maps(1), together) { expectClose(map, expected, within: 1e-5, "alone") }
    for (map, expected) in zip(try maps(4), together) { expectClose(map, expected, within: 1e-5, "by four") }
    #expect(try maps(6, seed: 9) != together)
  }
}
