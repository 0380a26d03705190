import Testing
import XAIPointingGame
import XAITesting

@Suite("PointingGame conformance") struct PointingGameConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(PointingGame.self).run()
  }
}
