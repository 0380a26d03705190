import Testing
import XAIAverageGain
import XAITesting

@Suite struct AverageGainTests {
  @Test(
    "the share of the missing probability that is gained",
    arguments: [
      (0.5, 0.75, 50), (0.5, 1, 100), (0.5, 0.5, 0), (0.5, 0.1, 0), (0.2, 0.6, 50), (1, 1, 0), (1, 0.5, 0),
    ])
  func share(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    #expect(try abs(value(of: AverageGain(), whole: whole, masked: masked) - expected) < 1e-4)
  }
}
