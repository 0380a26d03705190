import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAIRISE

/// RISE against its formula, with masks that are interpolated from their definition.
@Suite("RISE formula") struct RISETests {
  /// A mask from its cells: the value at each pixel is that of four cells around it, mirrored at the outermost centres.
  private func mask(_ number: Int, _ options: RISEOptions, height: Int, width: Int) -> [Double] {
    let s = options.grid
    var random = SeededRandom(seed: UInt64(options.seed), UInt64(number))
    let cells = (0..<s * s).map { _ in Double(random.uniform()) < options.keep ? 1.0 : 0 }
    let (cellHeight, cellWidth) = ((height + s - 1) / s, (width + s - 1) / s)
    let (top, left) = (random.index(below: cellHeight), random.index(below: cellWidth))
    func value(_ row: Int, _ column: Int) -> Double {
      func mirrored(_ i: Int) -> Int { i < 0 ? -i : i >= s ? 2 * (s - 1) - i : i }
      let y = (Double(row + top) + 0.5) * Double(s) / Double((s + 1) * cellHeight) - 0.5
      let x = (Double(column + left) + 0.5) * Double(s) / Double((s + 1) * cellWidth) - 0.5
      var sum = 0.0
      for (j, v) in [
        (y.rounded(.down), 1 - (y - y.rounded(.down))), (y.rounded(.down) + 1, y - y.rounded(.down)),
      ] {
        for (i, u) in [
          (x.rounded(.down), 1 - (x - x.rounded(.down))), (x.rounded(.down) + 1, x - x.rounded(.down)),
        ] {
          let (j, i) = (s > 1 ? mirrored(Int(j)) : 0, s > 1 ? mirrored(Int(i)) : 0)
          sum += v * u * cells[j * s + i]
        }
      }
      return sum
    }
    return (0..<height * width).map { value($0 / width, $0 % width) }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 8)
    let input = random.normal([2, 3, 12, 12])
    for (grid, keep, score, fill) in [
      (7, 0.5, OutputScore.probability, Fill.zero), (3, 0.3, .logit, .black), (1, 0.9, .logit, .blur),
      (12, 0.5, .probability, .lowest),
    ] {
      var options = RISEOptions()
      (options.masks, options.grid, options.keep, options.seed) = (21, grid, keep, 3)
      (options.score, options.fill, options.batch) = (score, fill, 4)
      let maps = try RISE(options: options).explain(input, targets: .classes([0, 3]), using: model)
      for (image, target, classIndex) in [(0, 1, 3), (1, 0, 0)] {
        let original = input[image].elements
        let hidden = fill.input(hiding: input[image], preprocessing: model.descriptor.preprocessing).elements
        var map = [Double](repeating: 0, count: 144)
        for number in 0..<options.masks {
          let mask = mask(number, options, height: 12, width: 12)
          let masked = original.indices.map { index in
            let m = mask[index % 144]
            return Float(m * Double(original[index]) + (1 - m) * Double(hidden[index]))
          }
          let logits = try model.logits(Tensor([1, 3, 12, 12], masked))[0].elements
          let value = score == .logit ? logits[classIndex] : softmax(logits)[classIndex]
          for pixel in map.indices {
            map[pixel] += Double(value) * mask[pixel] / Double(options.masks) / keep
          }
        }
        let cells = PatchCells(grid: model.descriptor.layout.grid, height: 12, width: 12)
        expectClose(
          maps[image][target].scores, cells.means(of: map), within: 1e-5, "\(toy) '\(options.shortestText)'")
      }
    }
  }

  @Test("the same seed gives the same bits, another seed another map")
  func seeds() throws {
    let model = ToyModel.registers.make(on: AvailableKernels.preferred.make())
    let input = Tensor(repeating: 0.3, [1, 3, 12, 12])
    func scores(_ seed: Int) throws -> [Float] {
      var options = RISEOptions()
      (options.masks, options.seed) = (50, seed)
      return try RISE(options: options).explain(input, using: model)[0][0].scores
    }
    #expect(try scores(1) == scores(1))
    #expect(try scores(1) != scores(2))
    #expect(try scores(-1) != scores(1))
  }

  @Test("masks keep as much as they should, everywhere, and means over patches are those of their pixels")
  func masks() {
    var options = RISEOptions()
    (options.masks, options.keep) = (3000, 0.3)
    let cells = PatchCells(grid: PatchGrid(rows: 4, columns: 5), height: 32, width: 45)
    let masks = RISEMasks(options, over: cells)
    var sums = [Double](repeating: 0, count: 20)
    for number in 0..<options.masks {
      let means = masks.patchMeans(number)
      for patch in sums.indices { sums[patch] += means[patch] / Double(options.masks) }
      guard number < 20 else { continue }
      var pixels = [Float](repeating: -1, count: 32 * 45)
      pixels.withUnsafeMutableBufferPointer { masks.write(number, to: $0) }
      #expect(pixels.allSatisfy { $0 >= 0 && $0 <= 1 })
      expectClose(
        means.map(Float.init), cells.means(of: pixels.map(Double.init)), within: 1e-5, "mask \(number)")
    }
    // The deviation of a mean of 3,000 is 0.008 where a patch is one cell.
    for sum in sums { #expect(abs(sum - 0.3) < 0.035) }
  }
}
