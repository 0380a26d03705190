import Testing
import XAITesting
import XAITokenTM

@Suite("TokenTM conformance") struct TokenTMConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(TokenTM.self, on: kernels.make()).run()
  }
}
