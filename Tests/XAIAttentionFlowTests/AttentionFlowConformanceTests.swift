import Testing
import XAIAttentionFlow
import XAITesting

@Suite("AttentionFlow conformance") struct AttentionFlowConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(AttentionFlow.self, on: kernels.make()).run()
  }
}
