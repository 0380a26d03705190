import Testing
import XAIRISE
import XAITesting

@Suite("RISE conformance") struct RISEConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(RISE.self, on: kernels.make(), with: [("masks", "60")]).run()
  }
}
