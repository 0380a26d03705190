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
    let attention = EncoderBlock.Request(activations: [], attention: true, parameters: false, input: false)
    let last = weights.blocks.count
    if let pooling, let poolingTape = tape.pooling, layers.contains(last) {
      // Behind the pooling there is one token to read, however it is done.
      _ = try pooling.backward(
        head.backward(
          from: cotangent, through: tape.head, reads(trace.layout), rules: .gradient, parameters: nil),
        through: poolingTape, rules: .gradient, requesting: attention, layer: last,
        visitAttention: visitAttention)
    }
    for layer in weights.blocks.indices.reversed() where layers.contains(layer) {
      var output = try trace.activation(at: ActivationPoint(layer: layer, place: .output))
      if pooling != nil {
        let count = output.shape[1]
        output = TokenSelection(tokens: Array(1..<count), count: count).chosen(from: output)
      }
      _ = try block(layer).backward(
        gradient(of: output, trace.layout, readout, from: cotangent), through: tape.blocks[layer],
        rules: .gradient, requesting: attention, layer: layer
      ) { try visitAttention(withProbe($0)) }
    }
  }

  /// The gradient of what the classifier says of tokens, [B, N, D], with respect to them: [k·B, N, D].
  private func gradient(
    of tokens: Tensor, _ layout: TokenLayout, _ readout: LayerReadout, from cotangent: Tensor
  ) throws -> Tensor {
    func gradient(_ tokens: Tensor, _ reads: ReadTokens) -> Tensor {
      head.backward(
        from: cotangent, through: head.forward(tokens, reads).tape, reads, rules: .gradient,
        parameters: nil)
    }
    func throughPooling(_ tokens: Tensor, _ pooling: PoolingBlock) throws -> Tensor {
      let pooled = pooling.forward(tokens, recording: Recording(gradients: true))
      guard let tape = pooled.tape else { fatalError("a recording of gradients leaves a tape") }
      let passed = try pooling.backward(
        gradient(pooled.output, reads(layout)), through: tape, rules: .gradient,
        requesting: EncoderBlock.Request(activations: [], attention: false, parameters: false, input: true),
        layer: weights.blocks.count
      ) { _ in }
      guard let input = passed.block.input else { fatalError("the input's gradient was asked for") }
      return input
    }
    switch readout {
    case .own: return try pooling.map { try throughPooling(tokens, $0) } ?? gradient(tokens, reads(layout))
    case .mean:
      // The head, or the pooling, sees the mean as the only token that there is, or in the place of each token that it reads.
      let reads = configuration.readout == .meanOfPatches ? ReadTokens(meanOf: 1) : self.reads(layout)
      let means = tokens.meanOfTokens(copies: reads.places.count)
      guard var pooling else { return gradient(means, reads).spreadOverTokens(tokens.shape[1]) }
      pooling.prefixCount = 0
      return try throughPooling(means, pooling).spreadOverTokens(tokens.shape[1])
    }
  }
}

extension Tensor {
  /// The mean of all tokens as a sequence of equal tokens: [B, N, D] to [B, copies, D].
  package func meanOfTokens(copies: Int = 1) -> Tensor {
    let (batch, count, width) = (shape[0], shape[1], shape[2])
    return Tensor.sum(
      .operand(0) / .constant(Float(count)), of: [self], outer: batch, middle: count, inner: width
    ).repeatingRows(copies)
  }

  /// The gradient of what the mean was of from that of the mean, [k·B, copies, D] to [k·B, count, D].
  package func spreadOverTokens(_ count: Int) -> Tensor {
    let (rows, copies, width) = (shape[0], shape[1], shape[2])
    return Tensor.sum(
      .operand(0) / .constant(Float(count)), of: [self], outer: rows, middle: copies, inner: width
    ).repeatingRows(count)
  }

  /// Each row as many equal ones: [rows, D] to [rows, copies, D].
  func repeatingRows(_ copies: Int) -> Tensor {
    gathering(
      (0..<shape[0]).flatMap { repeatElement($0, count: copies) }, columns: shape[1],
      shape: [shape[0], copies, shape[1]])
  }
}
