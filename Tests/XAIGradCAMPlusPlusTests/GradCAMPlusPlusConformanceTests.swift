import Testing
import XAIGradCAMPlusPlus
import XAITesting

@Suite("GradCAMPlusPlus conformance") struct GradCAMPlusPlusConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(GradCAMPlusPlus.self, on: kernels.make()).run()
  }
}
