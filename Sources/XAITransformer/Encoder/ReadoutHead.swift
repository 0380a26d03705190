import XAICore
import XAITensor

/// The tokens that logits are read from, among those that there are.
struct ReadTokens {
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
  init(meanOf count: Int) {
    (readout, places, self.count) = (.meanOfPatches, Array(0..<count), count)
  }
}

/// From tokens to logits: what is read, the last layer norm, and no head, one, or the mean of two.
struct ReadoutHead {
  let finalNorm: VisionTransformerConfiguration.FinalNorm
  let epsilon: Float
  let norm: Norm
  let heads: [ClassifierHead]
  let kernels: any Kernels

  /// What the backward pass needs.
  struct Tape: Sendable {
    /// What the layer norm saw: the tokens [B, N, D], or what was read for each head [B, D].
    let normInputs: [Tensor]
    let statistics: [RowStatistics]
    let heads: [ClassifierHead.Tape]
    /// The tokens that there were to read from.
    let tokenCount: Int
  }

  /// The gradients of parameters that a backward pass hands over.
  enum Parameters {
    /// Of the head with this index.
    case head(Int, weight: Tensor, bias: Tensor?)
    /// Of the map before a cosine.
    case projection(weight: Tensor, bias: Tensor?)
    /// Of the layer norm, once a head that it serves.
    case norm(weight: Tensor, bias: Tensor)
  }

  /// The layer norm of a class token alone is that of all tokens, read at the class token, and cheaper.
  private func normalisesTokens(_ reads: ReadTokens) -> Bool {
    finalNorm == .onTokens && reads.readout.readsPatches
  }

  /// The logits, [B, N, D] to [B, classes], or [B, 0] without a head; N may be all tokens, or those alone that are read.
  func forward(_ tokens: Tensor, _ reads: ReadTokens) -> (logits: Tensor, tape: Tape) {
    guard !heads.isEmpty else {
      return (
        Tensor([tokens.shape[0], 0], []),
        Tape(normInputs: [], statistics: [], heads: [], tokenCount: tokens.shape[1])
      )
    }
    let normInputs = normalisesTokens(reads) ? [tokens] : read(tokens, reads)
    let normed = normInputs.map {
      kernels.layerNorm($0, weight: norm.weight, bias: norm.bias, epsilon: epsilon)
    }
    let headInputs = normalisesTokens(reads) ? read(normed[0].0, reads) : normed.map(\.0)
    let outputs = zip(heads, headInputs).map { $0.forward($1, on: kernels) }
    let first = outputs[0].logits
    let mean = Tensor(first.shape) { result in
      result.update(repeating: 0, count: first.count)
      for part in outputs {
        part.logits.withElements { part in
          for index in part.indices { result[index] += part[index] / Float(outputs.count) }
        }
      }
    }
    return (
      mean,
      Tape(
        normInputs: normInputs, statistics: normed.map(\.1), heads: outputs.map(\.tape),
        tokenCount: tokens.shape[1])
    )
  }

  /// The gradient of the tokens, [k·B, classes] to [k·B, N, D], N being that of the forward pass.
  ///
  /// - Parameter parameters: called with the gradients of parameters; not called when nil.
  func backward(
    from cotangent: Tensor, through tape: Tape, _ reads: ReadTokens, rules: PropagationRules,
    parameters: ((Parameters) -> Void)?
  ) -> Tensor {
    let share = scaled(cotangent, by: 1 / Float(heads.count))
    let headGradients = heads.enumerated().map { index, head in
      head.backward(
        share, index: index, through: tape.heads[index], rules: rules, on: kernels, parameters: parameters)
    }
    guard !normalisesTokens(reads) else {
      return normBackward(spread(headGradients, reads, count: tape.tokenCount), tape, 0, rules, parameters)
    }
    return spread(
      headGradients.enumerated().map { normBackward($0.element, tape, $0.offset, rules, parameters) }, reads,
      count: tape.tokenCount)
  }

  private func normBackward(
    _ gradient: Tensor, _ tape: Tape, _ index: Int, _ rules: PropagationRules,
    _ parameters: ((Parameters) -> Void)?
  ) -> Tensor {
    if let parameters {
      let gradients = kernels.layerNormParameterGradients(
        gradient, x: tape.normInputs[index], statistics: tape.statistics[index],
        epsilon: epsilon)
      parameters(.norm(weight: gradients.weight, bias: gradients.bias))
    }
    return kernels.layerNormBackward(
      gradient, of: norm, x: tape.normInputs[index], statistics: tape.statistics[index],
      epsilon: epsilon, rule: rules.layerNorm, residual: nil)
  }

  /// Where the tokens that a head reads are: one token, or the patches, of which it reads the mean, or both of these
  /// side by side.
  ///
  /// - Parameter count: the tokens that there are: all, or those alone that some head reads.
  private func tokensRead(by head: Int, _ reads: ReadTokens, of count: Int) -> [[Int]] {
    let places = count == reads.count ? reads.places : Array(reads.places.indices)
    switch reads.readout {
    case .classToken, .meanOfPatches: return [places]
    case .meanOfClassAndDistillation: return [[places[head]]]
    case .classAndMeanOfPatches: return [[places[0]], Array(places.dropFirst())]
    }
  }

  /// The means of the tokens that each head reads, side by side, each [B, D] or [B, 2·D].
  private func read(_ tokens: Tensor, _ reads: ReadTokens) -> [Tensor] {
    let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
    return heads.indices.map { head in
      let parts = tokensRead(by: head, reads, of: count)
      return Tensor([batch, parts.count * width]) { result in
        result.update(repeating: 0, count: batch * parts.count * width)
        tokens.withElements { tokens in
          for image in 0..<batch {
            for (part, read) in parts.enumerated() {
              let mean = result + (image * parts.count + part) * width
              for token in read {
                let start = (image * count + token) * width
                for d in 0..<width { mean[d] += tokens[start + d] / Float(read.count) }
              }
            }
          }
        }
      }
    }
  }

  /// The reverse of `read`: [k·B, D] or [k·B, 2·D] for each head to [k·B, count, D].
  private func spread(_ gradients: [Tensor], _ reads: ReadTokens, count: Int) -> Tensor {
    let (rows, width) = (gradients[0].shape[0], norm.weight.count)
    return Tensor([rows, count, width]) { result in
      result.update(repeating: 0, count: rows * count * width)
      for (head, gradient) in gradients.enumerated() {
        let parts = tokensRead(by: head, reads, of: count)
        gradient.withElements { gradient in
          for row in 0..<rows {
            for (part, read) in parts.enumerated() {
              let mean = (row * parts.count + part) * width
              for token in read {
                let start = (row * count + token) * width
                for d in 0..<width { result[start + d] += gradient[mean + d] / Float(read.count) }
              }
            }
          }
        }
      }
    }
  }

  private func scaled(_ x: Tensor, by factor: Float) -> Tensor {
    guard factor != 1 else { return x }
    return Tensor(x.shape, x.elements.map { $0 * factor })
  }
}
