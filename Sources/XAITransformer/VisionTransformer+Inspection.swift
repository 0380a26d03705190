package import XAICore
package import XAITensor

extension VisionTransformer: InspectableModel {
  /// The model with zeros for what its heads' projection does with the outputs of some heads.
  ///
  /// Where a norm of all heads' outputs comes before the projection, a head without output would change those of others:
  /// there it throws.
  package func removing(_ heads: Set<Intervention.Head>) throws(ModelError) -> any Model {
    guard !heads.isEmpty else { return self }
    guard weights.blocks.allSatisfy({ $0.headNorm == nil }), pooling == nil else {
      throw .notGiven(.headRemoval, model: descriptor.name)
    }
    try checkHeads([Array(heads)], images: 1)
    var weights = weights
    for (layer, removed) in Dictionary(grouping: heads, by: \.layer) {
      let projection = weights.blocks[layer].projection
      let columns = Set(removed.map(\.head))
      weights.blocks[layer].projection = Linear(
        weight: projection.weight.zeroing(columns, of: configuration.headCount), bias: projection.bias)
    }
    return VisionTransformer(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming,
      kernels: kernels, source: source)
  }

  /// The logits that the classifier gives the output of a layer.
  package func readoutLogits(
    ofLayerOutput tokens: Tensor, _ layout: TokenLayout
  ) throws(ModelError) -> Tensor {
    try checkIsReadByToken()
    return head.forward(tokens, reads(layout)).logits
  }

  /// The logits that the classifier gives single tokens.
  package func tokenLogits(of tokens: Tensor) throws(ModelError) -> Tensor {
    try checkIsReadByToken()
    let sequences = tokens.reshaped(to: [tokens.shape[0], 1, tokens.shape[1]])
    // A head that reads several tokens sees this one in the place of each.
    let reads = configuration.readout == .meanOfPatches ? ReadTokens(meanOf: 1) : reads(configuration.layout)
    return head.forward(sequences.meanOfTokens(copies: reads.places.count), reads).logits
  }

  private func checkIsReadByToken() throws(ModelError) {
    try checkHasClasses()
    guard pooling == nil else { throw .notGiven(.layerReadouts, model: descriptor.name) }
  }
}

extension Tensor {
  /// A matrix [outputs, inputs] with zeros in the columns of some of as many equal parts.
  fileprivate func zeroing(_ parts: Set<Int>, of count: Int) -> Tensor {
    let width = shape[1] / count
    var values = elements
    for row in 0..<shape[0] {
      for part in parts {
        let start = row * shape[1] + part * width
        for place in start..<start + width { values[place] = 0 }
      }
    }
    return Tensor(shape, values)
  }
}
