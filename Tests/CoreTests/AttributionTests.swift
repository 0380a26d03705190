import Testing
import XAICore
import XAIRawAttention
import XAITensor
import XAITesting

@Suite struct AttributionTests {
  private func attribution(_ scores: [Float]) throws -> Attribution {
    let layout = TokenLayout(prefix: [.classToken], grid: Grid(rows: 1, columns: 3), readout: .classToken)
    let trace = ForwardTrace(
      input: Tensor(repeating: 0, [1, 3, 4, 12]), layout: layout, logits: Tensor(repeating: 0, [1, 2]))
    return try Attribution(scores: scores, of: trace, classIndex: 1, by: RawAttention())
  }

  @Test func holds() throws {
    let attribution = try attribution([0, 1, 2])
    #expect(attribution.grid == Grid(rows: 1, columns: 3))
    #expect(attribution.inputHeight == 4 && attribution.inputWidth == 12)
    #expect(attribution.explainer == "raw-attention")
    #expect(!attribution.isDegenerate)
  }

  @Test(
    "what is not finite is an error that names the explainer", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(_ value: Float) {
    let error = #expect(throws: AttributionError.self) { try attribution([0, value, 1]) }
    #expect(error?.description.hasPrefix("raw-attention gave a score that is not a finite number") == true)
  }

  @Test("a constant map is degenerate and becomes zeros", arguments: [Float(0), 1, -3.5])
  func constant(_ value: Float) throws {
    let attribution = try attribution([value, value, value])
    #expect(attribution.isDegenerate)
    #expect(minMaxNormalised(attribution.scores) == [0, 0, 0])
  }

  @Test("numbers whose distance is beyond float32 are scaled all the same")
  func farApart() {
    #expect(minMaxNormalised([-3e38, 3e38, 0]) == [0, 1, 0.5])
  }

  @Test func minMax() {
    #expect(minMaxNormalised([-1, 1, 0]) == [0, 1, 0.5])
    #expect(minMaxNormalised([]) == [])
    #expect(minMaxNormalised([5]) == [0])
  }
}
