import Testing
import XAITesting
import XAITransformerAttribution

@Suite("TransformerAttribution conformance") struct TransformerAttributionConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(TransformerAttribution.self, on: kernels.make()).run()
  }
}
