import Testing
import XAISparsity
import XAITesting

@Suite("Sparsity conformance") struct SparsityConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(Sparsity.self, checksDirection: false).run()
  }
}
