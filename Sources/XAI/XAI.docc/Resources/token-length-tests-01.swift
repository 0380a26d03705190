import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct TokenLengthTests {
  @Test(arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(TokenLength.self, on: kernels.make()).run()
  }
}
