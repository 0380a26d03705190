public import XAICore
import XAITensor

/// What a recording or a reverse pass asks for that a block doesn't hold in this form: it is made only then.
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

  /// Queries (0), keys (1) or values (2), or their gradient, by token: [B, N, 3·D] or [B·windows, slots, 3·D] to [B, N, D].
  func part(_ index: Int, of parts: Tensor, _ windows: AttentionWindows?) -> Tensor {
    let width = parts.shape[2] / 3
    let part = parts.columns(index * width..<(index + 1) * width)
    return windows?.scattered(part) ?? part
  }

  /// The scores as the softmax sees them, S = Q·Kᵀ/√d + bias: [B, H, N, N], or [B·windows, H, slots, slots].
  func scores(_ parts: Tensor, _ layout: AttentionLayout, bias: Tensor?) -> Tensor {
    var scores = TensorBuffer(layout.attentionShape)
    kernels.multiply(
      MatrixOperand(parts, layout.part(0)), MatrixOperand(parts, layout.part(1)).transposed, into: &scores,
      layout.attention, Epilogue(scale: layout.scale, residual: bias.map { layout.bias($0) }))
    return scores.freeze()
  }

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
    return windows?.scattered(values) ?? values
  }

  /// Hands on the gradients of queries, keys and values that are asked for, from those of all three side by side.
  func handParts(_ parts: Tensor, _ windows: AttentionWindows?, _ request: Request, to sink: Sink) {
    for (index, place) in Request.parts.enumerated() where request.activations.contains(place) {
      sink.activation(place, part(index, of: parts, windows))
    }
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
    Array(
      repeating: EncoderBlock.descriptor(width: width, headCount: headCount, mlpWidth: mlpWidth), count: depth
    )
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
