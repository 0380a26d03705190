import Testing
import XAICPLRP
import XAITesting

@Suite("CPLRP conformance") struct CPLRPConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(CPLRP.self, on: kernels.make()).run()
  }
}
