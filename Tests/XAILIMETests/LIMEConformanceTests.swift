import Testing
import XAILIME
import XAITesting

@Suite("LIME conformance") struct LIMEConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(LIME.self, on: kernels.make(), with: [("samples", "80")]).run()
  }
}
