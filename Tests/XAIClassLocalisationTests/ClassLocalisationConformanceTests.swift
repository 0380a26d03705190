import Testing
import XAIClassLocalisation
import XAITesting

@Suite("ClassLocalisation conformance") struct ClassLocalisationConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(ClassLocalisation.self).run()
  }
}
