import Testing
import XAIScoreCAM
import XAITesting

@Suite("ScoreCAM conformance") struct ScoreCAMConformanceTests {
  @Test("conforms", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(ScoreCAM.self, on: kernels.make()).run()
  }
}
