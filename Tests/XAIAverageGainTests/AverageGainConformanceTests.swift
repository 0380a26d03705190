import Testing
import XAIAverageGain
import XAITesting

@Suite("AverageGain conformance") struct AverageGainConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(AverageGain.self).run()
  }
}
