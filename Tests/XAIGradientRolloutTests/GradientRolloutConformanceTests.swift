import Testing
import XAIGradientRollout
import XAITesting

@Suite("GradientRollout conformance") struct GradientRolloutConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(GradientRollout.self, on: kernels.make()).run()
  }
}
