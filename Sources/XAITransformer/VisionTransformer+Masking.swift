public import XAICore
public import XAITensor

extension VisionTransformer: TokenMaskableModel {
  /// The logits of the layers from one on, whose tokens, [1, N, D], are multiplied by masks, [B, N].
  ///
  /// The probe of an attention pooling is none of the tokens of its blocks, and its own weight doesn't count.
  public func logits(
    of tokens: Tensor, under masks: Tensor, fromLayer layer: Int, layout: TokenLayout
  ) throws -> Tensor {
    try checkHasClasses()
    try checkMasks(masks, of: tokens, layer: layer, layout)
    try checkMemory(batch: masks.shape[0], layout, Recording())
    let (reads, places, bias) = (reads(layout), places(layout), relativeBias)
    var (tokens, masks): (Tensor, Tensor?) = (tokens, masks)
    if pooling != nil {
      let count = tokens.shape[1]
      tokens = TokenSelection(tokens: Array(1..<count), count: count).chosen(from: tokens)
      masks = masks?.columns(1..<count)
    }
    for layer in layer..<max(layer, weights.blocks.count) {
      tokens =
        block(layer).forward(
          tokens, recording: Recording(), keeping: selection(after: layer, reads, Recording()),
          places: places, bias: bias?.scores(ofLayer: layer, at: places), masks: masks
        ).output
      masks = nil
    }
    let pooled = pooling?.forward(tokens, recording: Recording(), masks: masks)
    return head.forward(pooled?.output ?? tokens, reads).logits
  }
}
