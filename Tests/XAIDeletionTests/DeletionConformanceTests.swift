import Testing
import XAIDeletion
import XAITesting

@Suite("Deletion conformance") struct DeletionConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(Deletion.self).run()
  }
}
