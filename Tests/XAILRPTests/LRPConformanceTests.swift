import Testing
import XAILRP
import XAITesting

@Suite("LRP conformance") struct LRPConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(LRP.self, on: kernels.make()).run()
  }
}
