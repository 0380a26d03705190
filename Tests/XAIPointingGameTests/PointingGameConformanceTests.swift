import Testing
import XAIPointingGame
import XAITesting

@Suite("PointingGame conformance") struct PointingGameConformanceTests {
  @Test("conforms")
  func conforms() {
    // A tolerance of 15 pixels, which a preset has, must not reach across the picture.
    MetricConformance(PointingGame.self, side: 64).run()
  }
}
