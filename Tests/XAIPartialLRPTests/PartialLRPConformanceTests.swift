import Testing
import XAIPartialLRP
import XAITesting

@Suite("PartialLRP conformance") struct PartialLRPConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(PartialLRP.self, on: kernels.make()).run()
  }
}
