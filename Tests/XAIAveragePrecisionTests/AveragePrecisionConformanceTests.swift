import Testing
import XAIAveragePrecision
import XAITesting

@Suite("AveragePrecision conformance") struct AveragePrecisionConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(AveragePrecision.self).run()
  }
}
