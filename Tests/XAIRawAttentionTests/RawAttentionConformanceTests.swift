import Testing
import XAIRawAttention
import XAITesting

@Suite("RawAttention conformance") struct RawAttentionConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(RawAttention.self, on: kernels.make()).run()
  }
}
