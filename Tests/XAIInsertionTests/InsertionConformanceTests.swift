import Testing
import XAIInsertion
import XAITesting

@Suite("Insertion conformance") struct InsertionConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(Insertion.self).run()
  }
}
