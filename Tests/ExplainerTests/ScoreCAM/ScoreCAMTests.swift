import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIScoreCAM
import XAITensor
import XAITesting

/// Score-CAM against its formula, one mask at a time.
@Suite("Score-CAM formula") struct ScoreCAMTests {
  private func naive(
    _ model: any Model, _ image: Tensor, _ options: ScoreCAMOptions, class index: Int
  ) throws -> [Double] {
    let size = (image.shape[1], image.shape[2])
    let input = image.reshaped(to: [1, 3, size.0, size.1])
    let layer = options.layer < 0 ? model.descriptor.layerCount + options.layer : options.layer
    let point = ActivationPoint(layer: layer, place: options.point)
    let trace = try model.forward(input, recording: Recording(activations: [point]))
    let tokens = Matrix(try trace.activation(at: point)[0])
    let (patches, grid) = (trace.layout.patches, trace.layout.grid)
    let hidden = options.fill.input(hiding: image, preprocessing: model.descriptor.preprocessing).elements
    let values = try (0..<tokens.columns).map { channel -> Double in
      let map = Tensor([grid.rows, grid.columns], patches.map { Float(tokens[$0, channel]) })
      let up = BilinearUpsampling(height: size.0, width: size.1)(map).elements
      let (low, high) = (up.min() ?? 0, up.max() ?? 0)
      let masked = image.elements.enumerated().map { place, value -> Float in
        let mask = (up[place % up.count] - low) / (high - low)
        return mask * value + (1 - mask) * hidden[place]
      }
      let logits = try model.logits(Tensor(input.shape, masked))[0].elements
      return Double(options.score == .logit ? logits[index] : softmax(logits)[index])
    }
    let raised = values.map { exponential($0) }
    let weights = raised.map { $0 / raised.reduce(0, +) }
    return patches.map { patch in
      let sum = weights.indices.reduce(0) { $0 + weights[$1] * tokens[patch, $1] }
      return options.relu ? max(sum, 0) : sum
    }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 3)
    let input = random.normal([2, 3, 12, 12])
    for (layer, point, relu, fill, score) in [
      (-1, Place.firstNorm, true, Fill.zero, OutputScore.logit),
      (0, .output, false, .black, .probability),
      (1, .headOutputs, false, .blur, .logit), (-2, .afterAttention, true, .lowest, .logit),
    ] {
      var options = ScoreCAMOptions()
      (options.layer, options.point, options.relu, options.fill) = (layer, point, relu, fill)
      (options.score, options.batch) = (score, 5)
      let maps = try ScoreCAM(options: options).explain(input, targets: .classes([2, 0]), using: model)
      for (image, target, classIndex) in [(0, 0, 2), (1, 1, 0)] {
        let expected = try naive(model, input[image], options, class: classIndex)
        expectClose(
          maps[image][target].scores, expected.map(Float.init), within: 2e-5,
          "\(toy) '\(options.shortestText)'")
      }
    }
  }

  @Test("a layer that the model doesn't have is refused")
  func layer() {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = ScoreCAMOptions()
    options.layer = 3
    expectError("layer=3 is out of range") { try ScoreCAM(options: options).check(fits: model.descriptor) }
  }
}
