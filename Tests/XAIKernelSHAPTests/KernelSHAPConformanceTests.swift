import Testing
import XAIKernelSHAP
import XAITesting

@Suite("KernelSHAP conformance") struct KernelSHAPConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(KernelSHAP.self, on: kernels.make(), with: [("samples", "400")]).run()
  }
}
