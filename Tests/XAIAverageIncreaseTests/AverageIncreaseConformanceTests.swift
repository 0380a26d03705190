import Testing
import XAIAverageIncrease
import XAITesting

@Suite("AverageIncrease conformance") struct AverageIncreaseConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(AverageIncrease.self).run()
  }
}
