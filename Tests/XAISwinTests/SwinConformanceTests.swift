import Foundation
import Testing
import XAISwin
import XAITesting
import XAIWeights

@Suite("Swin conformance") struct SwinConformanceTests {
  static let names = [
    "hf-swin", "hf-swin-padded", "hf-swin-three-stages", "timm-swin", "timm-swin-padded",
    "timm-swin-three-stages",
  ]

  @Test("conforms", arguments: names, AvailableKernels.all)
  func conforms(_ name: String, _ kernels: AvailableKernels) throws {
    let directory = try ModelDirectory(SwinFixture.folder.appendingPathComponent(name).path)
    ArchitectureConformance(Swin.self, loading: directory, on: kernels.make()).run()
  }
}
