import Testing
import XAIAverageDrop
import XAICore
import XAITesting

@Suite struct AverageDropTests {
  @Test(
    "the share of the probability that is lost",
    arguments: [
      (0.5, 0.25, 50), (0.5, 0, 100), (0.5, 0.5, 0), (0.5, 0.9, 0), (0.8, 0.6, 25), (0, 0, 0), (0, 0.5, 0),
    ])
  func share(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    #expect(try abs(value(of: AverageDrop(), whole: whole, masked: masked) - expected) < 1e-4)
  }

  @Test(
    "the probability that is lost, in points",
    arguments: [(0.5, 0.25, 25), (0.5, 0, 50), (0.5, 0.9, 0), (1, 0, 100), (0, 0, 0)])
  func absolute(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    var options = AverageDropOptions()
    options.drop = .absolute
    let lost = try value(of: AverageDrop(options: options), whole: whole, masked: masked)
    #expect(abs(lost - expected) < 1e-4)
  }
}
