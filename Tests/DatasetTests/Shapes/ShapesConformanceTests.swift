import Testing
import XAIShapes
import XAITesting

@Suite("Shapes conformance") struct ShapesConformanceTests {
  @Test("conforms")
  func conforms() {
    var options = ShapesOptions()
    (options.train, options.validation, options.pairs) = (60, 40, 30)
    DatasetConformance(Shapes.self, options: options).run()
  }
}
