import Testing
import XAIEntropy
import XAITesting

@Suite("Entropy conformance") struct EntropyConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(Entropy.self, checksDirection: false).run()
  }
}
