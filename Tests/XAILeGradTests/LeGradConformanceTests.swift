import Testing
import XAILeGrad
import XAITesting

@Suite("LeGrad conformance") struct LeGradConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(LeGrad.self, on: kernels.make()).run()
  }
}
