public import XAICore
public import XAITensor

extension VisionTransformer {
  /// The logits of a batch [B, 3, H, W] without some patches, or without some heads.
  ///
  /// Patches that are not kept become no tokens; those that are keep the position embeddings of their places. A model
  /// that reads the mean of its patches must keep one.
  public func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    try checkHasClasses()
    try checkIsBatch(input)
    let layout = try layout(height: input.shape[2], width: input.shape[3])
    try checkMemory(batch: input.shape[0], layout, Recording())
    switch intervention {
    case .keepingPatches(let kept):
      try checkPatches(kept, images: input.shape[0], layout)
      return logits(
        of: keeping(kept, of: embed(input, layout).tokens, prefix: configuration.prefix.count),
        reads(layout, patchCount: kept[0].count), places(layout, kept: kept),
        without: [])
    case .removingHeads(let heads):
      try checkHeads(heads, images: input.shape[0])
      return logits(of: embed(input, layout).tokens, reads(layout), places(layout), without: heads)
    }
  }

  private func logits(
    of tokens: Tensor, _ reads: ReadTokens, _ places: TokenPlaces, without heads: [[Intervention.Head]]
  ) -> Tensor {
    let bias = relativeBias
    var tokens = tokens
    for layer in weights.blocks.indices {
      tokens =
        block(layer).forward(
          tokens, recording: Recording(), keeping: selection(after: layer, reads, Recording()),
          places: places, bias: bias?.scores(ofLayer: layer, at: places),
          removedHeads: removed(heads, layer: layer)
        ).output
    }
    let pooled = pooling?.forward(
      tokens, recording: Recording(), removedHeads: removed(heads, layer: weights.blocks.count))
    return head.forward(pooled?.output ?? tokens, reads).logits
  }

  /// The heads that each image has to do without in a layer.
  private func removed(_ heads: [[Intervention.Head]], layer: Int) -> [[Int]] {
    heads.map { $0.filter { $0.layer == layer }.map(\.head) }
  }

  /// The prefix tokens and those of the kept patches: [B, N, D] to [B, prefix + kept, D].
  private func keeping(_ kept: [[Int]], of tokens: Tensor, prefix: Int) -> Tensor {
    let (count, width) = (tokens.shape[1], tokens.shape[2])
    return tokens.gathering(
      kept.enumerated().flatMap { image, patches in
        (Array(0..<prefix) + patches.map { prefix + $0 }).map { image * count + $0 }
      }, columns: width, shape: [kept.count, prefix + kept[0].count, width])
  }
}
