import Testing
import XAIFovEx
import XAITesting

@Suite("FovEx conformance") struct FovExConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(FovEx.self, on: kernels.make(), with: [("fixations", "3"), ("steps", "4")]).run()
  }
}
