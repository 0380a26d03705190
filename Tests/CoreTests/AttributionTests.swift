import Testing
import XAICore
import XAIRawAttention
import XAITensor
import XAITesting

@Suite struct AttributionTests {
  private func attribution(_ scores: [Float], rounding: Double = 0) throws -> Attribution {
    let layout = TokenLayout(
      prefix: [.classToken], grid: PatchGrid(rows: 1, columns: 3), readout: .classToken)
    let trace = ForwardTrace(
      input: Tensor(repeating: 0, [1, 3, 4, 12]), layout: layout, logits: Tensor(repeating: 0, [1, 2]))
    return try Attribution(scores: scores, of: trace, classIndex: 1, by: RawAttention(), rounding: rounding)
  }

  @Test func holds() throws {
    let attribution = try attribution([0, 1, 2])
    #expect(attribution.grid == PatchGrid(rows: 1, columns: 3))
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

  @Test("scores that differ by rounding alone become the same, and 0 where they are nothing but rounding")
  func rounding() throws {
    let next = Float(3).nextUp
    #expect(try attribution([3, next, 3]).isDegenerate)
    #expect(try attribution([3, 3.00001, 3]).scores == [3, 3.00001, 3])
    // Single scores can't say what they are left of; whoever subtracted can.
    #expect(try attribution([1e-15, -2e-15, 3e-15]).scores == [1e-15, -2e-15, 3e-15])
    #expect(try attribution([1e-15, -2e-15, 3e-15], rounding: 1e-12).scores == [0, 0, 0])
    #expect(
      try attribution([0.5, 0.501, 0.5], rounding: 0.01).scores.allSatisfy { abs($0 - 0.50033) < 1e-4 })
    #expect(try attribution([0.5, 0.501, 0.5], rounding: 0.01).isDegenerate)
    #expect(try !attribution([0.5, 0.501, 0.5], rounding: 1e-6).isDegenerate)
  }

  @Test func minMax() {
    #expect(minMaxNormalised([-1, 1, 0]) == [0, 1, 0.5])
    #expect(minMaxNormalised([]) == [])
    #expect(minMaxNormalised([5]) == [0])
  }
}
