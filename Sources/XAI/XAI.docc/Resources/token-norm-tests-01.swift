import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct TokenNormTests {
  @Test(arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(TokenNorm.self, on: kernels.make()).run()
  }
}
