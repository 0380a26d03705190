import Testing
import XAITesting
import XAIViTCX

@Suite("ViTCX conformance") struct ViTCXConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(ViTCX.self, on: kernels.make()).run()
  }
}
