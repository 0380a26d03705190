import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

@Suite struct InterventionTests {
  private let input: Tensor = {
    var random = SeededRandom(seed: 23)
    return random.normal([2, 3, 12, 12])
  }()

  private func head(_ layer: Int, _ head: Int) -> Intervention.Head {
    Intervention.Head(layer: layer, head: head)
  }

  @Test("all patches kept are the whole image", arguments: ToyModel.all + ToyModel.stages + [.zeroShot])
  func everything(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    let all = Array(repeating: Array(0..<model.descriptor.layout.grid.count), count: 2)
    expectClose(
      try model.intervenable().logits(input, under: .keepingPatches(all)), try model.logits(input),
      within: 1e-5, "\(toy)")
  }

  @Test(
    "a patch that is not kept may be anything",
    arguments: (ToyModel.all + ToyModel.stages).filter { $0 != .nonSquare })
  func absence(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    let kept = [[1, 2, 5, 8], [0, 3, 4, 7]]
    var pixels = input.elements
    // The first patch is the first four pixels of the first four rows; only the first image lacks it.
    for plane in 0..<3 { for y in 0..<4 { for x in 0..<4 { pixels[plane * 144 + y * 12 + x] = 100 } } }
    let (before, after) = (
      try model.intervenable().logits(input, under: .keepingPatches(kept)),
      try model.intervenable().logits(Tensor(input.shape, pixels), under: .keepingPatches(kept))
    )
    #expect(before.elements == after.elements)
    let whole = try model.logits(Tensor(input.shape, pixels))
    #expect(zip(whole[0].elements, try model.logits(input)[0].elements).contains { abs($0 - $1) > 1e-3 })
  }

  @Test(
    "a removed head is one whose columns of the projection are zero, unless a norm stands between",
    arguments: (ToyModel.all + ToyModel.stages + [.zeroShot]).filter { !$0.configuration.hasHeadNorm })
  func removedHead(_ toy: ToyModel) throws {
    try expectRemoval(toy, layer: 1, projection: "blocks.1.attn.proj.weight")
  }

  @Test("a head of an attention pooling is removed as that of a block")
  func removedHeadOfPooling() throws {
    try expectRemoval(.attentionPooled, layer: 3, projection: "attn_pool.proj.weight")
    let model = ToyModel.attentionPooled.make(on: AvailableKernels.preferred.make())
    expectError("there is no head 0 of layer 4: it has 4 layers of 3 heads") {
      try model.intervenable().logits(input, under: .removingHeads([[head(4, 0)], [head(4, 0)]]))
    }
    expectError("its probe attends to the patches, and none is kept") {
      try model.intervenable().logits(input, under: .keepingPatches([[], []]))
    }
  }

  private func expectRemoval(_ toy: ToyModel, layer: Int, projection name: String) throws {
    let model = try #require(toy.make(on: AvailableKernels.preferred.make()) as? VisionTransformer)
    let count = try #require(model.descriptor.layers[layer].attention).headCount
    let (index, width) = (count - 1, model.descriptor.width / count)
    var tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    let weight = try #require(tensors[name])
    tensors[name] = Tensor(
      weight.shape,
      weight.elements.enumerated().map { position, value in
        position % model.descriptor.width / width == index ? 0 : value
      })
    expectClose(
      try model.intervenable().logits(
        input, under: .removingHeads([[head(layer, index)], [head(layer, index)]])),
      try model.replacingParameters(tensors).logits(input), within: 1e-5, "\(toy)")
  }

  @Test("each image of a batch has a head of its own")
  func batch() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let both = try model.intervenable().logits(input, under: .removingHeads([[head(0, 1)], [head(2, 0)]]))
    for (image, removed) in [head(0, 1), head(2, 0)].enumerated() {
      expectClose(
        try model.intervenable().logits(input[image..<image + 1], under: .removingHeads([[removed]]))[0],
        both[image],
        within: 1e-5, "image \(image)")
    }
  }

  @Test(
    "what can't be done is refused by name",
    arguments: [
      (Intervention.keepingPatches([[0]]), "1 lists of patches"),
      (.keepingPatches([[0], [1, 2]]), "of one length"),
      (.keepingPatches([[0, 9], [1, 2]]), "not an ascending list from 0 to 8"),
      (.keepingPatches([[2, 1], [1, 2]]), "not an ascending list from 0 to 8"),
      (.keepingPatches([[-1, 1], [1, 2]]), "not an ascending list from 0 to 8"),
      (.removingHeads([[Intervention.Head(layer: 0, head: 0)]]), "1 heads don't fit 2 images"),
      (
        .removingHeads(Array(repeating: [Intervention.Head(layer: 3, head: 0)], count: 2)),
        "there is no head 0 of layer 3"
      ),
      (
        .removingHeads(Array(repeating: [Intervention.Head(layer: 0, head: 9)], count: 2)),
        "there is no head 9 of layer 0"
      ),
    ])
  func refusals(_ intervention: Intervention, _ expected: String) {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let error = #expect(throws: ModelError.self) {
      try model.intervenable().logits(input, under: intervention)
    }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }

  @Test("a model that reads the mean of its patches keeps one")
  func noPatches() throws {
    let model = ToyModel.meanPooled.make(on: AvailableKernels.preferred.make())
    #expect(throws: ModelError.self) {
      try model.intervenable().logits(input, under: .keepingPatches([[], []]))
    }
    let other = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    #expect(try other.intervenable().logits(input, under: .keepingPatches([[], []])).shape == [2, 5])
  }
}
