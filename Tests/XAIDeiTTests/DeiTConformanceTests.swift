import Foundation
import Testing
import XAIDeiT
import XAITesting
import XAIWeights

@Suite("DeiT conformance") struct DeiTConformanceTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures/models")

  static let names = ["hf-deit", "hf-deit-distilled", "timm-deit", "timm-deit-distilled"]

  @Test("conforms", arguments: names, AvailableKernels.all)
  func conforms(_ name: String, _ kernels: AvailableKernels) throws {
    let directory = try ModelDirectory(Self.fixtures.appendingPathComponent(name).path)
    ArchitectureConformance(DeiT.self, loading: directory, on: kernels.make()).run()
  }
}
