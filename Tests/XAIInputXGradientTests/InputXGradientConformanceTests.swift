import Testing
import XAIInputXGradient
import XAITesting

@Suite("InputXGradient conformance") struct InputXGradientConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(InputXGradient.self, on: kernels.make()).run()
  }
}
