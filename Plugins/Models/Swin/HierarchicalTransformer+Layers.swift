public import XAICore
public import XAITensor
import XAITransformer

extension HierarchicalTransformer: LayerReadableModel {
  /// Has the classifier read the output of each layer, and goes back to that layer's attention and no further.
  ///
  /// A layer of an earlier stage is read through the merges that are still to come, as though every block between added
  /// nothing: what is left of the model is its residual stream.
  public func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    try checkHasClasses()
    let tape = try tape(HierarchicalTape.self, of: trace, blocks: weights.blocks.count, from: cotangent)
    let attention = EncoderBlock.Request(activations: [], attention: true, parameters: false, input: false)
    for layer in weights.blocks.indices.reversed() where layers.contains(layer) {
      let output = try trace.activation(at: ActivationPoint(layer: layer, place: .output))
      _ = try block(layer).backward(
        gradient(of: output, ofLayer: layer, trace.layout, readout, from: cotangent),
        through: tape.blocks[layer], rules: .gradient, requesting: attention, layer: layer,
        visitAttention: visitAttention)
    }
  }

  /// The gradient of what the classifier says of a layer's tokens, [B, N, D], with respect to them: [k·B, N, D].
  private func gradient(
    of tokens: Tensor, ofLayer layer: Int, _ layout: TokenLayout, _ readout: LayerReadout,
    from cotangent: Tensor
  ) -> Tensor {
    var tokens = tokens
    var merged: [(layer: Int, merge: TokenMerge, tape: PatchMerging.Tape)] = []
    for next in weights.blocks.indices.dropFirst(layer + 1) {
      guard let merge = layout.layers[next].merge else { continue }
      let tape = merging(before: next).forward(tokens, merge)
      merged.append((next, merge, tape))
      tokens = tape.output
    }
    func read(_ tokens: Tensor, _ reads: ReadTokens) -> Tensor {
      head.backward(
        from: cotangent, through: head.forward(tokens, reads).tape, reads, rules: .gradient, parameters: nil)
    }
    var gradient =
      switch readout {
      case .own: read(tokens, reads(layout))
      case .mean:
        read(tokens.meanOfTokens(), ReadTokens(meanOf: 1)).spreadOverTokens(tokens.shape[1])
      }
    for (layer, merge, tape) in merged.reversed() {
      gradient = merging(before: layer).backward(
        gradient, through: tape, merge, rules: .gradient, parameters: nil)
    }
    return gradient
  }
}
