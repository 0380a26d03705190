import Testing
import XAICentreMap
import XAITesting

@Suite("CentreMap conformance") struct CentreMapConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(CentreMap.self, on: kernels.make()).run()
  }
}
