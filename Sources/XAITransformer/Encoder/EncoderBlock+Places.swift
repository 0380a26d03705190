public import XAICore
import XAITensor

/// What a recording or a backward pass asks for that a block doesn't hold in this form: it is made only then.
extension EncoderBlock {
  /// Describes a block as a layer of a model.
  static func descriptor(width: Int, headCount: Int, mlpWidth: Int) -> LayerDescriptor {
    func tokens(_ place: Place) -> PlaceDescriptor { PlaceDescriptor(place, .tokens(width: width)) }
    return LayerDescriptor(
      width: width,
      places: [
        tokens(.input), tokens(.firstNorm), tokens(.queries), tokens(.keys), tokens(.values),
        PlaceDescriptor(.scores, .pairs),
        PlaceDescriptor(.projectedValues, .tokens(width: width), hasGradient: false),
        tokens(.headOutputs), tokens(.afterAttention), tokens(.secondNorm),
        PlaceDescriptor(.mlpHidden, .tokens(width: mlpWidth)), tokens(.output),
      ],
      attention: AttentionDescriptor(headCount: headCount))
  }

  /// The places behind the last attention: of all tokens there only where one of them is asked for.
  static let behindAttention: [Place] = [.afterAttention, .secondNorm, .mlpHidden, .output]

  /// What attention has by slot, by token: [B·windows, slots, D] to [B, N, D].
  func byToken(_ x: Tensor, _ windows: AttentionWindows?) -> Tensor { windows?.scattered(x) ?? x }

  /// Values behind the output projection and layer scale, without its bias, by token: [B, N, 3·D] or
  /// [B·windows, slots, 3·D] to [B, N, D].
  func projectedValues(_ parts: Tensor, _ windows: AttentionWindows?) -> Tensor {
    let (rows, width) = (parts.shape[0] * parts.shape[1], weights.projection.inputs)
    var result = TensorBuffer([parts.shape[0], parts.shape[1], weights.projection.outputs])
    kernels.multiply(
      MatrixOperand(
        parts, MatrixLayout(rows: rows, columns: width, rowStride: 3 * width, offset: 2 * width)),
      MatrixOperand(forwardOf: weights.projection.weight), into: &result,
      MatrixLayout(rows: rows, columns: weights.projection.outputs), .plain)
    let values = scaled(result.freeze(), by: weights.firstScale)
    return byToken(values, windows)
  }
}

extension EncoderBlock.Request {
  /// The parts of the attention, in the order in which they lie side by side.
  static let parts: [Place] = [.queries, .keys, .values]

  /// Whether the pass has to go past the attention matrix, to its parts at least.
  var reachesParts: Bool {
    reachesFirstNorm || activations.contains(.scores) || !activations.isDisjoint(with: Self.parts)
  }
}

extension VisionTransformerConfiguration {
  /// The layers of a model of these sizes.
  public var layerDescriptors: [LayerDescriptor] {
    var block = EncoderBlock.descriptor(width: width, headCount: headCount, mlpWidth: mlpWidth)
    guard let pooling else { return Array(repeating: block, count: depth) }
    // A probe that attends to itself alone has no finite scores.
    block.places.removeAll { $0.place == .scores }
    return Array(repeating: block, count: depth) + [pooling.descriptor(width: width)]
  }
}

extension HierarchicalConfiguration {
  /// The layers of a model of these sizes.
  public var layerDescriptors: [LayerDescriptor] {
    layers.map { layer in
      let stage = stages[layer.stage]
      return EncoderBlock.descriptor(
        width: stage.width, headCount: stage.headCount, mlpWidth: stage.mlpWidth)
    }
  }
}
