import Testing
import XAIGradCAM
import XAITesting

@Suite("GradCAM conformance") struct GradCAMConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(GradCAM.self, on: kernels.make()).run()
  }
}
