import Testing
import XAINegativePerturbation
import XAITesting

@Suite("NegativePerturbation conformance") struct NegativePerturbationConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(NegativePerturbation.self).run()
  }
}
