import Foundation
import Testing
import XAI
import XAITesting

/// Models without some patches and without a head, against PyTorch.
@Suite struct InterventionGoldenTests {
  private let expected: SafetensorsFile

  init() throws {
    expected = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("interventions/expected.safetensors").path)
  }

  @Test("logits of some patches within 1e-4", arguments: GoldenCase.all, AvailableKernels.all)
  func patches(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let input = try golden.tensor("input")
    let count = try model.layout(height: input.shape[2], width: input.shape[3]).grid.count
    let canKeepNone = !model.descriptor.layout.readout.readsPatches
    for size in [count - 1, count / 2, 1] + (canKeepNone ? [0] : []) {
      let key = "\(golden.name).kept.\(size)"
      let patches = try expected.tensor("\(key).patches").elements.map { Int($0) }
      let kept = (0..<2).map { Array(patches[$0 * size..<($0 + 1) * size]) }
      expectClose(
        try model.intervenable().logits(input, under: .keepingPatches(kept)),
        try expected.tensor("\(key).logits"),
        within: 1e-4, key)
    }
    guard !canKeepNone else { return }
    expectError("it reads the mean of its patches, and none is kept") {
      try model.intervenable().logits(input, under: .keepingPatches([[], []]))
    }
  }

  @Test("logits without each head within 1e-4", arguments: GoldenCase.all, AvailableKernels.all)
  func heads(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let input = try golden.tensor("input")
    let wanted = try expected.tensor("\(golden.name).heads")
    for layer in 0..<model.descriptor.layerCount {
      for head in 0..<model.descriptor.headCount {
        let removed = Intervention.Head(layer: layer, head: head)
        expectClose(
          try model.intervenable().logits(input, under: .removingHeads([[removed], [removed]])),
          wanted[layer][head],
          within: 1e-4, "\(golden.name) without head \(head) of layer \(layer)")
      }
    }
  }
}
