package import XAICore
package import XAITensor

/// The tokens that logits are read from, among those that there are.
package struct ReadTokens {
  let readout: TokenLayout.Readout
  /// Where they are, in the order in which they are read.
  let places: [Int]
  /// How many tokens there are.
  let count: Int

  /// Those of a layout, or of some of its patches.
  init(_ layout: TokenLayout, patchCount: Int? = nil) {
    readout = layout.readout
    count = layout.prefix.count + (patchCount ?? layout.grid.count)
    places =
      layout.readoutTokens.filter { $0 < layout.prefix.count }
      + (readout.readsPatches ? Array(layout.prefix.count..<count) : [])
  }

  /// All of some tokens, of which the mean is read.
  package init(meanOf count: Int) {
    (readout, places, self.count) = (.meanOfPatches, Array(0..<count), count)
  }
}

/// From tokens to logits: what is read, the last layer norm, and no head, one, or the mean of two.
package struct ReadoutHead {
  let finalNorm: VisionTransformerConfiguration.FinalNorm
  let epsilon: Float
  /// Nil where there is none.
  let norm: Norm?
  let heads: [ClassifierHead]
  let kernels: any Kernels

  /// A readout of tokens.
  package init(
    finalNorm: VisionTransformerConfiguration.FinalNorm, epsilon: Float, norm: Norm?,
    heads: [ClassifierHead], kernels: any Kernels
  ) {
    self.finalNorm = finalNorm
    self.epsilon = epsilon
    self.norm = norm
    self.heads = heads
    self.kernels = kernels
  }

  /// What the backward pass needs.
  package struct Tape: Sendable {
    /// What the layer norm saw: the tokens [B, N, D], or what was read for each head [B, D].
    let normInputs: [Tensor]
    /// Of the layer norm; none where it is unused.
    let statistics: [RowStatistics]
    let heads: [ClassifierHead.Tape]
    /// Where a maximum over tokens is read, which they were.
    let maximum: MaximumOfTokens?
    /// The tokens that there were to read from.
    let tokenCount: Int
  }

  /// The gradients of parameters that a backward pass hands over.
  package enum Parameters {
    /// Of the head with this index.
    case head(Int, weight: Tensor, bias: Tensor?)
    /// Of the linear layer before a cosine.
    case projection(weight: Tensor, bias: Tensor?)
    /// Of the layer norm, once a head that it serves.
    case norm(weight: Tensor, bias: Tensor)
  }

  /// Whether one head reads the mean of class and distillation token, as timm's features are, and not two heads a token each.
  private func readsMeanOfTwo(_ reads: ReadTokens) -> Bool {
    reads.readout == .meanOfClassAndDistillation && heads.count == 1
  }

  /// The layer norm, where something goes through it.
  private var usedNorm: Norm? { finalNorm == .unused ? nil : norm }

  /// The layer norm of a class token alone is that of all tokens, read at the class token, and cheaper.
  private func normalisesTokens(_ reads: ReadTokens) -> Bool {
    finalNorm == .onTokens && (reads.readout.readsPatches || readsMeanOfTwo(reads))
  }

  /// The logits, [B, N, D] to [B, classes], or [B, 0] without a head; N may be all tokens, or those alone that are read.
  package func forward(_ tokens: Tensor, _ reads: ReadTokens) -> (logits: Tensor, tape: Tape) {
    guard !heads.isEmpty else {
      return (
        Tensor([tokens.shape[0], 0], []),
        Tape(normInputs: [], statistics: [], heads: [], maximum: nil, tokenCount: tokens.shape[1])
      )
    }
    let (normInputs, readMaximum) = normalisesTokens(reads) ? ([tokens], nil) : self.read(tokens, reads)
    let normed = usedNorm.map { norm in
      normInputs.map { kernels.layerNorm($0, weight: norm.weight, bias: norm.bias, epsilon: epsilon) }
    }
    let normOutputs = normed?.map(\.0) ?? normInputs
    let (headInputs, maximum) =
      normalisesTokens(reads) ? self.read(normOutputs[0], reads) : (normOutputs, readMaximum)
    let outputs = zip(heads, headInputs).map { $0.forward($1, on: kernels) }
    let share = Elementwise.constant(Float(outputs.count))
    let mean = Tensor.map(
      outputs.map(\.logits), to: outputs[0].logits.shape,
      outputs.indices.reduce(0) { $0 + .operand($1) / share })
    return (
      mean,
      Tape(
        normInputs: normInputs, statistics: normed?.map(\.1) ?? [], heads: outputs.map(\.tape),
        maximum: maximum, tokenCount: tokens.shape[1])
    )
  }

  /// The gradient of the tokens, [k·B, classes] to [k·B, N, D], N being that of the forward pass.
  ///
  /// - Parameter parameters: called with the gradients of parameters; not called when nil.
  package func backward(
    from cotangent: Tensor, through tape: Tape, _ reads: ReadTokens, rules: PropagationRules,
    parameters: ((Parameters) -> Void)?
  ) -> Tensor {
    let share = scaled(cotangent, by: 1 / Float(heads.count))
    let headGradients = heads.enumerated().map { index, head in
      head.backward(
        share, index: index, through: tape.heads[index], rules: rules, on: kernels, parameters: parameters)
    }
    guard !normalisesTokens(reads) else {
      return normBackward(spread(headGradients, reads, tape), tape, 0, rules, parameters)
    }
    return spread(
      headGradients.enumerated().map { normBackward($0.element, tape, $0.offset, rules, parameters) }, reads,
      tape)
  }

  private func normBackward(
    _ gradient: Tensor, _ tape: Tape, _ index: Int, _ rules: PropagationRules,
    _ parameters: ((Parameters) -> Void)?
  ) -> Tensor {
    guard let used = usedNorm else {
      if let norm {
        parameters?(
          .norm(
            weight: Tensor(repeating: 0, norm.weight.shape), bias: Tensor(repeating: 0, norm.bias.shape)))
      }
      return gradient
    }
    if let parameters {
      let gradients = kernels.layerNormParameterGradients(
        gradient, x: tape.normInputs[index], statistics: tape.statistics[index],
        epsilon: epsilon)
      parameters(.norm(weight: gradients.weight, bias: gradients.bias))
    }
    return kernels.layerNormBackward(
      gradient, of: used, x: tape.normInputs[index], statistics: tape.statistics[index],
      epsilon: epsilon, rule: rules.layerNorm, residual: nil)
  }

  /// Where the tokens that a head reads are: one token, or the patches, of which it reads the mean, or both of these
  /// side by side.
  ///
  /// - Parameter count: the tokens that there are: all, or those alone that some head reads.
  private func tokensRead(by head: Int, _ reads: ReadTokens, of count: Int) -> [[Int]] {
    let places = count == reads.count ? reads.places : Array(reads.places.indices)
    switch reads.readout {
    case .classToken, .meanOfPatches, .meanAndMaximumOfPatches, .attentionPooling: return [places]
    case .meanOfClassAndDistillation: return readsMeanOfTwo(reads) ? [places] : [[places[head]]]
    case .classAndMeanOfPatches: return [[places[0]], Array(places.dropFirst())]
    }
  }

  /// The means of the tokens that each head reads, side by side, each [B, D] or [B, 2·D]; with the maximum, where that is
  /// read too.
  private func read(
    _ tokens: Tensor, _ reads: ReadTokens
  ) -> (inputs: [Tensor], maximum: MaximumOfTokens?) {
    let (batch, width) = (tokens.shape[0], tokens.shape[2])
    let inputs = heads.indices.map { head in
      let means = tokensRead(by: head, reads, of: tokens.shape[1]).map { mean(of: $0, among: tokens) }
      guard means.count > 1 else { return means[0] }
      return Tensor.gathering(
        (0..<batch).flatMap { image in means.indices.map { $0 * batch + image } }, of: means, columns: width,
        shape: [batch, means.count * width])
    }
    guard reads.readout == .meanAndMaximumOfPatches else { return (inputs, nil) }
    let maximum = MaximumOfTokens(of: tokens, among: tokensRead(by: 0, reads, of: tokens.shape[1])[0])
    return (
      inputs.map {
        Tensor.map(
          [$0, maximum.values], to: $0.shape, .constant(0.5) * .operand(0) + .constant(0.5) * .operand(1))
      }, maximum
    )
  }

  /// The mean of some tokens of each image, [B, N, D] to [B, D].
  private func mean(of places: [Int], among tokens: Tensor) -> Tensor {
    let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
    let read =
      places == Array(0..<count) ? tokens : TokenSelection(tokens: places, count: count).chosen(from: tokens)
    return Tensor.sum(
      .operand(0) / .constant(Float(places.count)), of: [read], outer: batch, middle: places.count,
      inner: width)
  }

  /// The reverse of `read`: [k·B, D] or [k·B, 2·D] for each head to [k·B, count, D].
  ///
  /// No token is read twice, by two heads or as two parts, except where the maximum is read beside the mean.
  private func spread(_ gradients: [Tensor], _ reads: ReadTokens, _ tape: Tape) -> Tensor {
    guard let maximum = tape.maximum else { return spreadMeans(gradients, reads, count: tape.tokenCount) }
    let halves = gradients.map { scaled($0, by: 0.5) }
    let mean = spreadMeans(halves, reads, count: tape.tokenCount)
    return Tensor.map(
      [mean, maximum.backward(halves[0])], to: mean.shape, .operand(0) + .operand(1))
  }

  private func spreadMeans(_ gradients: [Tensor], _ reads: ReadTokens, count: Int) -> Tensor {
    let rows = gradients[0].shape[0]
    let width = gradients[0].shape[1] / tokensRead(by: 0, reads, of: count).count
    var places = [Int](repeating: -1, count: rows * count)
    var first = 0
    let shares = gradients.enumerated().map { head, gradient in
      let parts = tokensRead(by: head, reads, of: count)
      for row in 0..<rows {
        for (part, read) in parts.enumerated() {
          for token in read { places[row * count + token] = first + row * parts.count + part }
        }
      }
      first += rows * parts.count
      return Tensor.map(
        [gradient, Tensor([parts.count], parts.map { Float($0.count) })], to: gradient.shape,
        0 + .operand(0) / .operand(1, each: width))
    }
    return Tensor.gathering(places, of: shares, columns: width, shape: [rows, count, width])
  }

  private func scaled(_ x: Tensor, by factor: Float) -> Tensor {
    guard factor != 1 else { return x }
    return Tensor.map([x], to: x.shape, .operand(0) * .constant(factor))
  }
}
