import Foundation
import Testing
import XAI
import XAITesting

/// MST-C against SciPy's convex hull and spanning tree, and scikit-learn's graph of neighbours.
@Suite struct CompactnessGoldenTests {
  @Test("MST-C is SciPy's over all pairs, and over 20 neighbours where these hang together")
  func structuralCompactness() throws {
    let path = GoldenCase.fixtures.appendingPathComponent("compactness/expected.safetensors").path
    let expected = try SafetensorsFile(path: path)
    let (maps, thresholds) = (try expected.tensor("maps"), try expected.tensor("thresholds").elements)
    let (complete, neighbours, parts) = (
      try expected.tensor("complete"), try expected.tensor("neighbours"), try expected.tensor("parts")
    )
    let side = maps.shape[1]
    var apart = 0
    for map in 0..<maps.shape[0] {
      for (column, threshold) in thresholds.enumerated() {
        var options = StructuralCompactnessOptions()
        options.threshold = Double(threshold)
        let subject = try MetricSubject(
          pixels: Tensor(repeating: 0.5, [3, side, side]),
          preprocessing: Preprocessing(resize: .exact(height: side, width: side)),
          scores: maps[map].elements, grid: PatchGrid(rows: side, columns: side),
          map: maps[map].elements, classIndex: 0, probability: 1)
        let value = try #require(try StructuralCompactness(options: options).measure([], for: subject)).number
        let name = "map \(map), threshold \(threshold)"
        // Single precision of the fixture.
        expectClose([Float(value)], [complete[map].elements[column]], within: 1e-6 * Float(value), name)
        if parts[map].elements[column] == 1 {
          expectClose([Float(value)], [neighbours[map].elements[column]], within: 1e-6 * Float(value), name)
        } else {
          // A forest is shorter than a tree.
          #expect(Float(value) < neighbours[map].elements[column])
          apart += 1
        }
      }
    }
    #expect(apart > 0)
  }
}
