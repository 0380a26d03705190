import Testing
import XAIConservativePropagation
import XAITesting

@Suite("ConservativePropagation conformance") struct ConservativePropagationConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(ConservativePropagation.self, on: kernels.make()).run()
  }
}
