import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAISwin
@testable import XAITransformer

@Suite struct HierarchicalTransformerTests {
  @Test("toy models conform", arguments: HierarchicalToyModel.all, AvailableKernels.all)
  func conforms(_ toy: HierarchicalToyModel, _ kernels: AvailableKernels) {
    ModelConformance(toy.make(on: kernels.make())).run()
  }

  @Test("toys have shifts, padding, odd sizes, a layer without windows, and both versions")
  func toys() throws {
    let windows = HierarchicalToyModel.all.flatMap(\.layout.layers).map(\.windows)
    #expect(windows.contains { $0?.hasPadding == true && $0?.shift == PatchGrid(rows: 1, columns: 1) })
    #expect(windows.contains { $0?.shift == PatchGrid(rows: 0, columns: 1) })
    #expect(windows.contains(nil))
    #expect(HierarchicalToyModel.all.contains { $0.configuration.version == .second })
    #expect(HierarchicalToyModel.whole.layout.layers.allSatisfy { $0.windows == nil })
  }

  /// A block of a toy, tokens, and a gradient of two targets.
  private func parts(_ kernels: any Kernels) throws -> (EncoderBlock, Tensor, Tensor) {
    let model = try #require(HierarchicalToyModel.whole.make(on: kernels) as? HierarchicalTransformer)
    var random = SeededRandom(seed: 3)
    return (model.block(0), random.normal([2, 35, 12]), random.normal([4, 35, 12]))
  }

  private func pass(
    _ block: EncoderBlock, _ x: Tensor, _ gradient: Tensor, _ windows: AttentionWindows?, bias: Tensor?
  ) throws -> [Tensor] {
    let result = block.forward(
      x, recording: Recording(gradients: true), windows: windows, bias: bias)
    var attention: [Tensor] = []
    let gradients = try block.backward(
      gradient, through: try #require(result.tape), rules: .gradient,
      requesting: .init(activations: [], attention: true, parameters: false, input: true),
      layer: 0, visitAttention: { attention = [$0.attention, $0.gradient] })
    return [result.output] + attention + [try #require(gradients.input)]
  }

  @Test("one window that covers the grid is no window", arguments: AvailableKernels.all)
  func wholeWindow(_ kernels: AvailableKernels) throws {
    let (block, x, gradient) = try parts(kernels.make())
    let grid = PatchGrid(rows: 5, columns: 7)
    let bias = RelativeOffsets(grid: grid, hasClassToken: false).scores(
      from: try #require(block.weights.positionBias))
    let dense = try pass(block, x, gradient, nil, bias: bias)
    let windowed = try pass(block, x, gradient, AttentionWindows(grid: grid, shape: grid), bias: bias)
    for (own, other) in zip(dense, windowed) { #expect(own.elements == other.elements) }
  }

  @Test("windows are attention of each by itself", arguments: AvailableKernels.all)
  func separateWindows(_ kernels: AvailableKernels) throws {
    let (block, x, gradient) = try parts(kernels.make())
    let windows = AttentionWindows(
      grid: PatchGrid(rows: 5, columns: 7), shape: PatchGrid(rows: 5, columns: 1))
    let together = try pass(block, x, gradient, windows, bias: nil)
    for window in 0..<windows.count {
      let tokens = windows.tokens(ofWindow: window)
      func own(_ tensor: Tensor) -> Tensor { TokenSelection(tokens: tokens, count: 35).chosen(from: tensor) }
      let alone = try pass(block, own(x), own(gradient), nil, bias: nil)
      expectCloseToLargest(own(together[0]), alone[0], within: 1e-5, "outputs of window \(window)")
      expectCloseToLargest(own(together[3]), alone[3], within: 1e-5, "gradients of window \(window)")
      for row in 0..<2 {
        expectClose(
          together[1][row * windows.count + window], alone[1][row], within: 1e-5,
          "attention of window \(window)")
      }
    }
  }

  @Test("tokens are merged column by column, and the reverse puts them back")
  func merging() {
    let merge = TokenMerge(PatchGrid(rows: 3, columns: 3))
    let x = Tensor([1, 9, 1], (1...9).map { Float($0) })
    let merged = merge.sideBySide(x)
    #expect(merged.shape == [1, 4, 4])
    #expect(merged.elements == [1, 4, 2, 5, 3, 6, 0, 0, 7, 0, 8, 0, 9, 0, 0, 0])
    #expect(merge.apart(merged).elements == x.elements)
  }

  @Test("gathering and scattering are each other's reverse", arguments: HierarchicalToyModel.all)
  func arrangement(_ toy: HierarchicalToyModel) {
    var random = SeededRandom(seed: 5)
    for layer in toy.layout.layers {
      guard let windows = layer.windows else { continue }
      let x = random.normal([2, layer.grid.count, 3])
      #expect(windows.scattered(windows.gathered(x)).elements == x.elements)
    }
  }

  @Test("gradients of parameters need one target per image")
  func refusals() throws {
    let model = HierarchicalToyModel.padded.make(on: AvailableKernels.preferred.make())
    let trace = try model.forward(
      Tensor(repeating: 0, [1, 3, 20, 28]), recording: Recording(gradients: true))
    let cotangent = try Targets([[0, 1]]).cotangent(classCount: 5)
    expectError("one target per image") {
      try model.differentiable().backward(
        from: cotangent, through: trace, requesting: GradientRequest(parameters: true))
    }
  }

  @Test("sizes that windows can't take are refused")
  func sizes() throws {
    let kernels = AvailableKernels.preferred.make()
    let square = HierarchicalToyModel.padded.make(on: kernels)
    expectError("multiples of the patch") { try square.layout(height: 21, width: 28) }
    expectError("window of 3×3 is larger than the 2×4 tokens of stage 2") {
      try square.layout(height: 16, width: 28)
    }
    expectError("at most 1048576") { try square.layout(height: 8192, width: 8192) }
    #expect(
      try square.layout(height: 40, width: 44).layers.map(\.grid.description) == [
        "10×11", "10×11", "5×6", "5×6",
      ])
    let own = HierarchicalToyModel.shifted.make(on: kernels)
    expectError("made for 20×28 pixels") { try own.layout(height: 40, width: 44) }
  }
}
