import Testing
import XAIAttentionRollout
import XAITesting

@Suite("AttentionRollout conformance") struct AttentionRolloutConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(AttentionRollout.self, on: kernels.make()).run()
  }
}
