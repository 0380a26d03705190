import Testing
import XAIAttnLRP
import XAITesting

@Suite("AttnLRP conformance") struct AttnLRPConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(AttnLRP.self, on: kernels.make()).run()
  }
}
