import Testing
import XAIGMAR
import XAITesting

@Suite("GMAR conformance") struct GMARConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(GMAR.self, on: kernels.make()).run()
  }
}
