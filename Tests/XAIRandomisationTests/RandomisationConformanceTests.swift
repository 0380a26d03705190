import Testing
import XAIRandomisation
import XAITesting

@Suite("Randomisation conformance") struct RandomisationConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(Randomisation.self).run()
  }
}
