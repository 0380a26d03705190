import Testing
import XAICore
import XAIFoundation
import XAIModels
import XAISwin
import XAITensor
import XAITesting
import XAIWeights

/// Swin without some of its patches, or without a head.
@Suite struct SwinInterventionTests {
  @Test(
    "logits of two thirds of the patches are those of the formulas", arguments: SwinFixture.all,
    AvailableKernels.all)
  func patches(_ golden: SwinFixture, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make()).intervenable()
    let kept = try golden.tensor("kept")
    let lists = (0..<kept.shape[0]).map { kept[$0].elements.map { Int($0) } }
    let logits = try model.logits(golden.tensor("input"), under: .keepingPatches(lists))
    expectClose(logits, try golden.tensor("kept_logits"), within: 2e-5, golden.name)
  }

  @Test("one image alone gives the logits that it has in a batch", arguments: HierarchicalToyModel.all)
  func batches(_ toy: HierarchicalToyModel) throws {
    let model = try toy.make(on: AvailableKernels.preferred.make()).intervenable()
    var random = SeededRandom(seed: 3)
    let input = random.normal([2, 3, 20, 28])
    let kept = [Array(0..<9), [0, 4, 8, 11, 12, 20, 27, 33, 34]]
    let together = try model.logits(input, under: .keepingPatches(kept))
    for image in 0..<2 {
      let alone = try model.logits(
        input[image..<image + 1], under: .keepingPatches([kept[image]]))
      expectClose(alone, together[image..<image + 1], within: 1e-6, "image \(image)")
    }
  }

  /// Where one window is the whole grid, a patch that isn't kept is a token that never was.
  @Test("in a single window nothing is left of a removed patch", arguments: AvailableKernels.all)
  func singleWindow(_ kernels: AvailableKernels) throws {
    let model = try HierarchicalToyModel.whole.make(on: kernels.make()).intervenable()
    var random = SeededRandom(seed: 3)
    let input = random.normal([1, 3, 20, 28])
    let one = try model.logits(input, under: .keepingPatches([[17]]))
    // All that is seen of the others would be seen in this.
    var pixels = input.elements
    for index in pixels.indices {
      let (row, column) = (index / 28 % 20 / 4, index % 28 / 4)
      if row * 7 + column != 17 { pixels[index] = -pixels[index] + 0.5 }
    }
    #expect(
      try model.logits(Tensor(input.shape, pixels), under: .keepingPatches([[17]])).elements == one.elements)
  }

  @Test(
    "a head that is removed is one whose columns of the projection are 0", arguments: HierarchicalToyModel.all
  )
  func heads(_ toy: HierarchicalToyModel) throws {
    let model = try toy.make(on: AvailableKernels.preferred.make()).trainable()
    var random = SeededRandom(seed: 3)
    let input = random.normal([1, 3, 20, 28])
    for (layer, descriptor) in model.descriptor.layers.enumerated() {
      let heads = try #require(descriptor.attention?.headCount)
      let head = layer % heads
      let removed = try model.intervenable().logits(
        input, under: .removingHeads([[.init(layer: layer, head: head)]]))
      let width = descriptor.width / heads
      var parameters = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
      let places = toy.configuration.layers[layer]
      let name = "blocks.\(10 * places.stage + places.block).attn.proj.weight"
      let weight = try #require(parameters[name])
      parameters[name] = Tensor(
        weight.shape,
        weight.elements.enumerated().map { $0 % descriptor.width / width == head ? 0 : $1 })
      expectClose(
        removed, try model.replacingParameters(parameters).logits(input), within: 1e-5, "layer \(layer)")
    }
  }

  @Test("what doesn't fit is refused")
  func refusals() throws {
    let model = try HierarchicalToyModel.padded.make(on: AvailableKernels.preferred.make()).intervenable()
    let input = Tensor(repeating: 0, [1, 3, 20, 28])
    expectError("it reads the mean of its patches, and none is kept") {
      try model.logits(input, under: .keepingPatches([[]]))
    }
    expectError("ascending list from 0 to 34") { try model.logits(input, under: .keepingPatches([[35]])) }
    expectError("no head 3 of layer 1: it has 4 layers of [3, 3, 4, 4] heads") {
      try model.logits(input, under: .removingHeads([[.init(layer: 1, head: 3)]]))
    }
  }
}
