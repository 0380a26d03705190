import Testing
import XAIAverageIncrease
import XAITesting

@Suite("AverageIncrease conformance") struct AverageIncreaseConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    MetricConformance(AverageIncrease.self, on: kernels.make()).run()
  }
}
