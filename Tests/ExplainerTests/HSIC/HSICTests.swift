import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAIHSIC

/// HSIC attribution against its formula, with whole matrices.
@Suite("HSIC formula") struct HSICTests {
  /// tr(KHLH)/(p − 1)², with k(x, x′) = ½ − (x − x′)².
  private func naive(_ bits: [Double], _ scores: [Double]) -> Double {
    let (p, sorted) = (scores.count, scores.sorted())
    let width = (sorted[(p - 1) / 2] + sorted[p / 2]) / 2
    func matrix(_ entry: (Int, Int) -> Double) -> [[Double]] {
      (0..<p).map { i in (0..<p).map { entry(i, $0) } }
    }
    func times(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
      matrix { i, j in (0..<p).reduce(0) { $0 + a[i][$1] * b[$1][j] } }
    }
    let h = matrix { ($0 == $1 ? 1 : 0) - 1 / Double(p) }
    let k = matrix { 0.5 - (bits[$0] - bits[$1]) * (bits[$0] - bits[$1]) }
    let l = matrix {
      exponential(-(scores[$0] - scores[$1]) * (scores[$0] - scores[$1]) / (2 * width * width))
    }
    let product = times(times(k, h), times(l, h))
    return (0..<p).reduce(0) { $0 + product[$1][$1] } / Double((p - 1) * (p - 1))
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 29)
    let input = random.normal([2, 3, 12, 12])
    let patches = PatchCells(grid: model.descriptor.layout.grid, height: 12, width: 12)
    for (grid, count, fill) in [(3, 20, Fill.zero), (nil, 15, .black)] {
      var options = HSICOptions()
      (options.grid, options.masks, options.fill, options.seed, options.batch) = (grid, count, fill, 4, 7)
      let maps = try HSIC(options: options).explain(input, targets: .classes([0, 3]), using: model)
      let (rows, columns) = (grid ?? patches.grid.rows, grid ?? patches.grid.columns)
      let masks = BalancedMasks(count: count, cells: rows * columns, seed: 4)
      for (image, target, classIndex) in [(0, 1, 3), (1, 0, 0)] {
        let original = input[image].elements
        let hidden = fill.input(hiding: input[image], preprocessing: model.descriptor.preprocessing).elements
        let cell = (0..<144).map { $0 / 12 * rows / 12 * columns + $0 % 12 * columns / 12 }
        let scores = try (0..<count).map { number -> Double in
          let values = masks.values(number)
          let pixels = original.indices.map { values[cell[$0 % 144]] == 1 ? original[$0] : hidden[$0] }
          return Double(softmax(try model.logits(Tensor([1, 3, 12, 12], pixels))[0].elements)[classIndex])
        }
        let found = (0..<rows * columns).map { cell in
          naive((0..<count).map { Double(masks.values($0)[cell]) }, scores)
        }
        expectCloseToLargest(
          Tensor([patches.grid.count], maps[image][target].scores),
          Tensor([patches.grid.count], patches.means(of: cell.map { found[$0] })), within: 1e-3,
          "\(toy) '\(options.shortestText)'")
      }
    }
  }

  @Test("dependence is that of whole matrices, 0 of scores that are all the same, and none is below 0")
  func dependence() {
    var random = SeededRandom(seed: 3)
    for count in [2, 5, 12, 31] {
      let masks = BalancedMasks(count: count, cells: 4, seed: count)
      let scores = (0..<count).map { _ in 0.2 + Double(random.uniform()) }
      let found = masks.dependence(of: scores)
      for cell in 0..<4 {
        let expected = naive((0..<count).map { Double(masks.values($0)[cell]) }, scores)
        #expect(abs(found[cell] - expected) < 1e-12, "\(count) masks")
        #expect(found[cell] >= 0)
      }
      #expect(masks.dependence(of: scores.map { _ in 0.4 }).allSatisfy { abs($0) < 1e-12 })
    }
    // A width of 0 is no division by it.
    #expect(BalancedMasks(count: 4, cells: 1, seed: 0).dependence(of: [0, 0, 0, 1])[0].isFinite)
    #expect(BalancedMasks.median([3, 1, 2]) == 2 && BalancedMasks.median([4, 1, 2, 3]) == 2.5)
  }

  @Test("a score that is a cell's own bit depends on it the most")
  func largest() {
    let masks = BalancedMasks(count: 200, cells: 9, seed: 1)
    for cell in 0..<9 {
      let found = masks.dependence(of: (0..<200).map { 0.2 + Double(masks.values($0)[cell]) })
      #expect(found.indices.max { found[$0] < found[$1] } == cell)
    }
  }

  @Test("each cell is shown in half of the masks; the same seed gives the same bits, another seed others")
  func masks() {
    for count in [2, 7, 40] {
      let masks = BalancedMasks(count: count, cells: 16, seed: 5)
      for cell in 0..<16 {
        #expect((0..<count).count { masks.values($0)[cell] == 1 } == count / 2)
      }
    }
    func all(_ seed: Int) -> [[Float]] {
      let masks = BalancedMasks(count: 30, cells: 9, seed: seed)
      return (0..<30).map(masks.values)
    }
    #expect(all(1) == all(1) && all(1) != all(2) && all(-1) != all(1))
  }
}
