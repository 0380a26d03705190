import Testing
import XAIAverageGain
import XAITesting

@Suite("AverageGain conformance") struct AverageGainConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    MetricConformance(AverageGain.self, on: kernels.make()).run()
  }
}
