import Testing
import XAIAverageDrop
import XAITesting

@Suite("AverageDrop conformance") struct AverageDropConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(AverageDrop.self).run()
  }
}
