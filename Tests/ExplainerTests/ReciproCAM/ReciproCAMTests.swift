import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

@testable import XAIReciproCAM

/// ViT-ReciproCAM against masks that are written down patch by patch; the layers under masks are held against PyTorch by
/// golden values, and against the whole forward pass by the conformance kit.
@Suite("ViT-ReciproCAM formula") struct ReciproCAMTests {
  private static let gaussian: [[Float]] = [
    [1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16],
  ]

  private func mask(of patch: Int, _ grid: PatchGrid, prefix: Int, _ options: ReciproCAMOptions) -> [Float] {
    [Float](repeating: options.prefix ? 1 : 0, count: prefix)
      + (0..<grid.count).map { other in
        let down = other / grid.columns - patch / grid.columns + 1
        let across = other % grid.columns - patch % grid.columns + 1
        guard options.gaussian else { return other == patch ? 1 : 0 }
        return (0..<3).contains(down) && (0..<3).contains(across) ? Self.gaussian[down][across] : 0
      }
  }

  private func check(_ model: any Model, _ name: String) throws {
    var random = SeededRandom(seed: 17)
    let size = try #require(model.descriptor.preprocessing.inputSize)
    let input = random.normal([2, 3, size.height, size.width])
    for (layer, gaussian, prefix, score) in [
      (-1, true, true, OutputScore.logit), (0, false, true, .probability), (1, true, false, .logit),
    ] {
      var options = ReciproCAMOptions()
      (options.layer, options.gaussian, options.prefix) = (layer, gaussian, prefix)
      (options.score, options.batch) = (score, 5)
      let maps = try ReciproCAM(options: options).explain(input, targets: .classes([0, 3]), using: model)
      let place = layer < 0 ? model.descriptor.layerCount + layer : layer
      let point = ActivationPoint(layer: place, place: .input)
      let trace = try model.forward(input, recording: Recording(activations: [point]))
      let tokens = try trace.activation(at: point)
      let grid = trace.layout.grid(ofLayer: place)
      for (image, target, classIndex) in [(0, 1, 3), (1, 0, 0)] {
        let scores = try (0..<grid.count).map { patch -> Float in
          let mask = mask(of: patch, grid, prefix: trace.layout.prefix.count, options)
          let logits = try model.tokenMaskable().logits(
            of: tokens[image..<image + 1], under: Tensor([1, mask.count], mask), fromLayer: place,
            layout: trace.layout
          ).elements
          return score == .logit ? logits[classIndex] : softmax(logits)[classIndex]
        }
        expectClose(
          maps[image][target].scores, trace.layout.patchMap(scores, ofLayer: place), within: 1e-5,
          "\(name) '\(options.shortestText)'")
      }
    }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    try check(toy.make(on: AvailableKernels.preferred.make()), "\(toy)")
  }

  @Test("layers with tokens of their own", arguments: HierarchicalToyModel.all)
  func stages(_ toy: HierarchicalToyModel) throws {
    try check(toy.make(on: AvailableKernels.preferred.make()), "\(toy)")
  }

  @Test("a class token alone says the same for every patch of a mask without patches")
  func masks() {
    let masks = TokenMasks(prefix: 2, grid: PatchGrid(rows: 3, columns: 2), ReciproCAMOptions())
    #expect(masks.count == 6)
    let inner = masks.tensor(2..<3).elements
    // In the middle row of two columns a column of weights is missing.
    #expect(inner == [1, 1, 0.125, 0.0625, 0.25, 0.125, 0.125, 0.0625])
  }

  @Test("tokens and masks of another layer are refused by their sizes")
  func refusals() throws {
    let model = try ToyModel.classToken.make(on: AvailableKernels.preferred.make()).tokenMaskable()
    let layout = model.descriptor.layout
    let width = model.descriptor.width
    func logits(_ tokens: TensorShape, _ masks: TensorShape, layer: Int) throws -> Tensor {
      try model.logits(
        of: Tensor(repeating: 0, tokens), under: Tensor(repeating: 1, masks), fromLayer: layer, layout: layout
      )
    }
    let count = layout.tokenCount
    expectError("there is no layer 3") { try logits([1, count, width], [1, count], layer: 3) }
    expectError("masks×\(count)") { try logits([1, count, width], [1, count + 1], layer: 0) }
    expectError("masks×\(count)") { try logits([2, count, width], [1, count], layer: 0) }
    expectError("masks×\(count)") { try logits([1, count, width], [0, count], layer: 0) }
  }
}
