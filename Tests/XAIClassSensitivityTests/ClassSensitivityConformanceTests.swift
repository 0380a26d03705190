import Testing
import XAIClassSensitivity
import XAITesting

@Suite("ClassSensitivity conformance") struct ClassSensitivityConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(ClassSensitivity.self).run()
  }
}
