import Testing
import XAIAverageIncrease
import XAITesting

@Suite struct AverageIncreaseTests {
  @Test(
    "all or nothing",
    arguments: [
      (0.5, 0.25, 0), (0.5, 0.5, 0), (0.5, 0.50001, 100), (0.1, 0.9, 100), (0, 0, 0), (1, 1, 0),
    ])
  func share(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    #expect(try abs(value(of: AverageIncrease(), whole: whole, masked: masked) - expected) < 1e-4)
  }
}
