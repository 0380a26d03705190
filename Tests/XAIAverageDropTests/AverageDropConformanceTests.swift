import Testing
import XAIAverageDrop
import XAITesting

@Suite("AverageDrop conformance") struct AverageDropConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    MetricConformance(AverageDrop.self, on: kernels.make()).run()
  }
}
