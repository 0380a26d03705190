import Testing
import XAILayerCAM
import XAITesting

@Suite("LayerCAM conformance") struct LayerCAMConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(LayerCAM.self, on: kernels.make()).run()
  }
}
