import Foundation
import Testing
import XAIBEiT
import XAITesting
import XAIWeights

@Suite("BEiT conformance") struct BEiTConformanceTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures/models")

  static let names = ["hf-beit", "hf-beit-shared", "hf-beit-both", "timm-beit", "timm-beit-token"]

  @Test("conforms", arguments: names, AvailableKernels.all)
  func conforms(_ name: String, _ kernels: AvailableKernels) throws {
    let directory = try ModelDirectory(Self.fixtures.appendingPathComponent(name).path)
    ArchitectureConformance(BEiT.self, loading: directory, on: kernels.make()).run()
  }
}
