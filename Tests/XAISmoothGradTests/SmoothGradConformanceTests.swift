import Testing
import XAISmoothGrad
import XAITesting

@Suite("SmoothGrad conformance") struct SmoothGradConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(SmoothGrad.self, on: kernels.make()).run()
  }
}
