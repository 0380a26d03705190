import Testing
import XAIBTH
import XAITesting

@Suite("BTH conformance") struct BTHConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(BTH.self, on: kernels.make()).run()
  }
}
