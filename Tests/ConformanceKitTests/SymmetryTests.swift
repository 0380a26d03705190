import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

/// The models of the symmetry checks have the symmetries that maps are held to.
@Suite struct SymmetryTests {
  private let input: Tensor = {
    var random = SeededRandom(seed: 5)
    return random.normal([2, 3, 12, 12])
  }()

  @Test("a turn moves patches and leaves their pixels")
  func turn() {
    // 2 × 2 patches of 1 × 2 pixels.
    let image = Tensor([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8])
    let turned = image.withPatchesTurned(on: PatchGrid(rows: 2, columns: 2))
    #expect(turned.elements == [7, 8, 5, 6, 3, 4, 1, 2])
    #expect(input.withPatchesTurned(on: PatchGrid(rows: 2, columns: 4)).elements != input.elements)
  }

  @Test("without positions the logits don't depend on where a patch lies", arguments: AvailableKernels.all)
  func unplaced(_ kernels: AvailableKernels) throws {
    for toy in [ToyModel.unplaced, .unplacedWithPrefix] {
      let model = toy.make(on: kernels.make())
      let turned = try model.logits(input.withPatchesTurned(on: toy.layout.grid))
      expectClose(turned, try model.logits(input), within: 1e-5, toy.name)
    }
    let placed = ToyModel.nonSquare.make(on: kernels.make())
    let turned = try placed.logits(input.withPatchesTurned(on: placed.descriptor.layout.grid)).elements
    #expect(zip(turned, try placed.logits(input).elements).contains { abs($0 - $1) > 0.01 })
  }

  @Test("tokens that the readout treats alike may change places", arguments: AvailableKernels.all)
  func exchange(_ kernels: AvailableKernels) throws {
    let distilled = ToyModel.distilledUnplaced.make(on: kernels.make())
    let names = [
      "cls_token": "dist_token", "dist_token": "cls_token", "head.weight": "head_dist.weight",
      "head_dist.weight": "head.weight", "head.bias": "head_dist.bias", "head_dist.bias": "head.bias",
    ]
    let exchanged = ToyModel.distilledUnplaced.make(exchanging: names, on: kernels.make())
    expectClose(try exchanged.logits(input), try distilled.logits(input), within: 1e-5, "distilled")
    let tokensAlone = names.filter { $0.key.hasSuffix("token") }
    let other = ToyModel.distilledUnplaced.make(exchanging: tokensAlone, on: kernels.make())
    #expect(
      zip(try other.logits(input).elements, try distilled.logits(input).elements).contains {
        abs($0 - $1) > 0.01
      })

    let unread = ToyModel.unreadPrefix.make(on: kernels.make())
    let register = ToyModel.unreadPrefix.make(
      exchanging: ["cls_token": "reg_token", "reg_token": "cls_token"], on: kernels.make())
    expectClose(try register.logits(input), try unread.logits(input), within: 1e-5, "unread prefix")
  }
}
