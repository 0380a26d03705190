import Foundation
import Testing
import XAITesting
import XAIViT
import XAIWeights

@Suite("ViT conformance") struct ViTConformanceTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures/models")

  static let names = [
    "hf-vit", "hf-vit-nonsquare", "hf-vit-onehead", "timm-vit", "timm-vit-gap", "timm-vit-gap-nocls",
    "timm-vit-registers",
  ]

  @Test("conforms", arguments: names, AvailableKernels.all)
  func conforms(_ name: String, _ kernels: AvailableKernels) throws {
    let directory = try ModelDirectory(Self.fixtures.appendingPathComponent(name).path)
    ArchitectureConformance(ViT.self, loading: directory, on: kernels.make()).run()
  }
}
