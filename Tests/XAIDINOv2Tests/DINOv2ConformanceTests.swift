import Foundation
import Testing
import XAIDINOv2
import XAITesting
import XAIWeights

@Suite("DINOv2 conformance") struct DINOv2ConformanceTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures/models")

  static let names = [
    "hf-dinov2", "hf-dinov2-registers-swiglu", "timm-dinov2", "timm-dinov2-registers-swiglu",
  ]

  @Test("conforms", arguments: names, AvailableKernels.all)
  func conforms(_ name: String, _ kernels: AvailableKernels) throws {
    let directory = try ModelDirectory(Self.fixtures.appendingPathComponent(name).path)
    ArchitectureConformance(DINOv2.self, loading: directory, on: kernels.make()).run()
  }
}
