import Testing
import XAIRandomMap
import XAITesting

@Suite("RandomMap conformance") struct RandomMapConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(RandomMap.self, on: kernels.make()).run()
  }
}
