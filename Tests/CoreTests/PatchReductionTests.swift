import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@Suite("Patch reduction") struct PatchReductionTests {
  @Test("sums over channels and pixels of each patch", arguments: PatchReduction.allCases)
  func naive(_ reduction: PatchReduction) {
    var random = SeededRandom(seed: 4)
    let (grid, height, width) = (PatchGrid(rows: 2, columns: 3), 8, 15)
    let values = random.normal([3, height, width])
    var expected = [Float](repeating: 0, count: grid.count)
    for channel in 0..<3 {
      for y in 0..<height {
        for x in 0..<width {
          let value = values[channel][y].elements[x]
          expected[y / 4 * 3 + x / 5] += reduction == .abs ? Swift.abs(value) : value
        }
      }
    }
    expectClose(reduction.scores(of: values, grid: grid), expected, within: 1e-4, reduction.rawValue)
  }
}
