import Testing
import XAIGenericAttention
import XAITesting

@Suite("GenericAttention conformance") struct GenericAttentionConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(GenericAttention.self, on: kernels.make()).run()
  }
}
