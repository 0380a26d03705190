import Testing
import XAICore
import XAIRawAttention
import XAITensor
import XAITesting

@Suite struct AttributionMapsTests {
  private func attribution(_ scores: [Float]) throws -> Attribution {
    let layout = TokenLayout(prefix: [.classToken], grid: Grid(rows: 2, columns: 3), readout: .classToken)
    let trace = ForwardTrace(
      input: Tensor(repeating: 0, [1, 3, 14, 21]), layout: layout, logits: Tensor(repeating: 0, [1, 2]))
    return try Attribution(scores: scores, of: trace, classIndex: 1, by: RawAttention())
  }

  /// A third interpolated with itself is not always a third: without a check, min–max would draw that rounding.
  @Test("a degenerate map is drawn as zeros", arguments: [0, 1.0 / 3, 0.1, -7.7] as [Float])
  func degenerate(_ score: Float) throws {
    let map = try attribution([Float](repeating: score, count: 6)).heatMap
    #expect(map.shape == [14, 21])
    #expect(map.elements.allSatisfy { $0 == 0 })
  }

  @Test("the map is interpolated first and scaled then")
  func order() throws {
    let attribution = try attribution([0, 0, 8, 0, 0, 0])
    #expect(attribution.map.shape == [2, 3])
    let (upsampled, drawn) = (attribution.upsampledMap, attribution.heatMap)
    // Half-pixel centres: columns 0 to 3 of 21 lie in the first of three, clamped to it.
    #expect(upsampled.elements[0] == 0)
    #expect(drawn.elements.min() == 0 && drawn.elements.max() == 1)
    let highest = try #require(upsampled.elements.max())
    expectClose(drawn.elements, upsampled.elements.map { $0 / highest }, within: 1e-6, "scaled")
  }
}
