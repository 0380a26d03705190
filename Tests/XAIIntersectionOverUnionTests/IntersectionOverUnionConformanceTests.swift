import Testing
import XAIIntersectionOverUnion
import XAITesting

@Suite("IntersectionOverUnion conformance") struct IntersectionOverUnionConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(IntersectionOverUnion.self).run()
  }
}
