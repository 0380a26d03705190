import Testing
import XAIOcclusion
import XAITesting

@Suite("Occlusion conformance") struct OcclusionConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(Occlusion.self, on: kernels.make()).run()
  }
}
