public import XAICore
public import XAITensor

extension VisionTransformer {
  /// Has the classifier read the output of each layer, and goes back to that layer's attention and no further.
  public func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    try checkHasClasses()
    let tape = try tape(VisionTransformerTape.self, of: trace, blocks: weights.blocks.count, from: cotangent)
    for layer in weights.blocks.indices.reversed() where layers.contains(layer) {
      let output = try trace.activation(at: ActivationPoint(layer: layer, place: .output))
      _ = try block(layer).backward(
        gradient(of: output, trace.layout, readout, from: cotangent), through: tape.blocks[layer],
        rules: .gradient,
        requesting: EncoderBlock.Request(activations: [], attention: true, parameters: false, input: false),
        visitAttention: { try visitAttention(AttentionGradient(layer: layer, attention: $0, gradient: $1)) })
    }
  }

  /// The gradient of what the classifier says of tokens, [B, N, D], with respect to them: [k·B, N, D].
  private func gradient(
    of tokens: Tensor, _ layout: TokenLayout, _ readout: LayerReadout, from cotangent: Tensor
  ) -> Tensor {
    func gradient(_ tokens: Tensor, _ reads: ReadTokens) -> Tensor {
      head.backward(
        from: cotangent, through: head.forward(tokens, reads).tape, reads, rules: .gradient,
        parameters: nil)
    }
    switch readout {
    case .own: return gradient(tokens, ReadTokens(layout))
    case .mean:
      // The head sees the mean as the only token that there is, or in the place of each token that it reads.
      let reads =
        configuration.readout == .meanOfPatches ? ReadTokens(meanOf: 1) : ReadTokens(layout)
      let means = means(of: tokens, copies: reads.places.count)
      return spread(gradient(means, reads), over: tokens.shape[1])
    }
  }

  /// The mean of all tokens as a sequence of equal tokens: [B, N, D] to [B, copies, D].
  private func means(of tokens: Tensor, copies: Int) -> Tensor {
    let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
    return Tensor([batch, copies, width]) { means in
      means.update(repeating: 0, count: batch * copies * width)
      tokens.withElements { tokens in
        for image in 0..<batch {
          for copy in 0..<copies {
            let destination = (image * copies + copy) * width
            for token in 0..<count {
              let source = (image * count + token) * width
              for d in 0..<width { means[destination + d] += tokens[source + d] / Float(count) }
            }
          }
        }
      }
    }
  }

  /// The reverse of `means`: [k·B, copies, D] to [k·B, count, D].
  private func spread(_ gradient: Tensor, over count: Int) -> Tensor {
    let (rows, copies, width) = (gradient.shape[0], gradient.shape[1], gradient.shape[2])
    return Tensor([rows, count, width]) { result in
      result.update(repeating: 0, count: rows * count * width)
      gradient.withElements { gradient in
        for row in 0..<rows {
          for token in 0..<count {
            let destination = (row * count + token) * width
            for copy in 0..<copies {
              let source = (row * copies + copy) * width
              for d in 0..<width { result[destination + d] += gradient[source + d] / Float(count) }
            }
          }
        }
      }
    }
  }
}
