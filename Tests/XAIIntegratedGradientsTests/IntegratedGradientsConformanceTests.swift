import Testing
import XAIIntegratedGradients
import XAITesting

@Suite("IntegratedGradients conformance") struct IntegratedGradientsConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(IntegratedGradients.self, on: kernels.make()).run()
  }
}
