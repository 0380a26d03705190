public import XAICore
import XAITensor

/// What a recording or a backward pass asks for that a block doesn't hold in this form: it is made only then.
extension EncoderBlock {
  /// Describes a block as a layer of a model.
  package static func descriptor(
    width: Int, headCount: Int, mlpWidth: Int,
    order: VisionTransformerConfiguration.NormOrder = .preNorm
  ) -> LayerDescriptor {
    func tokens(_ place: Place) -> PlaceDescriptor { PlaceDescriptor(place, .tokens(width: width)) }
    return LayerDescriptor(
      width: width,
      places: [
        tokens(.input), tokens(.firstNorm), tokens(.queries), tokens(.keys), tokens(.values),
        PlaceDescriptor(.scores, .pairs),
        PlaceDescriptor(.projectedValues, .tokens(width: width), hasGradient: false),
        tokens(.headOutputs), tokens(.afterAttention), tokens(.secondNorm),
        PlaceDescriptor(.mlpHidden, .tokens(width: mlpWidth)), tokens(.output),
      ].filter { order != .parallel || $0.place != .secondNorm },
      attention: AttentionDescriptor(headCount: headCount))
  }

  /// The places behind the last attention: of all tokens there only where one of them is asked for.
  static let behindAttention: [Place] = [.afterAttention, .secondNorm, .mlpHidden, .output]

  /// What attention has by slot, by token: [B·windows, slots, D] to [B, N, D].
  func byToken(_ x: Tensor, _ windows: AttentionWindows?) -> Tensor { windows?.scattered(x) ?? x }

  /// Values behind the output projection and layer scale, without its bias, by token: [B, N, 3·D] or
  /// [B·windows, slots, 3·D] to [B, N, D].
  ///
  /// A norm between the heads and the projection divides by a deviation that each query has of its own and that no value
  /// has; of it, only the weight counts here.
  func projectedValues(_ parts: Tensor, _ windows: AttentionWindows?) -> Tensor {
    let (rows, width) = (parts.shape[0] * parts.shape[1], weights.projection.inputs)
    if let headNorm {
      let values = kernels.scaleColumns(
        of: parts.columns(2 * width..<3 * width), by: headNorm.norm.weight, adding: nil)
      let projected = kernels.apply(Linear(weight: weights.projection.weight, bias: nil), to: values)
      return byToken(scaled(projected, by: weights.firstScale), windows)
    }
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
    var block = EncoderBlock.descriptor(
      width: width, headCount: headCount, mlpWidth: mlpWidth, order: normOrder)
    if let pooling {
      // A probe that attends to itself alone has no finite scores. The last norm is a place of the pooling.
      block.places.removeAll { $0.place == .scores }
      return Array(repeating: block, count: depth) + [pooling.descriptor(width: width)]
    }
    var layers = Array(repeating: block, count: depth)
    if finalNorm == .onTokens, let last = layers.indices.last {
      // Made for the recording alone: the logits are read from some of the tokens.
      layers[last].places.append(
        PlaceDescriptor(.finalNorm, .tokens(width: width), hasGradient: false))
    }
    return layers
  }
}
