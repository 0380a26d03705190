public import XAICore
public import XAITensor
import XAITransformer

extension HierarchicalTransformer: TokenMaskableModel {
  /// The logits of the layers from one on, whose tokens, [1, N, D], are multiplied by masks, [B, N].
  ///
  /// Tokens that become one before a layer have done so in what it sees.
  public func logits(
    of tokens: Tensor, under masks: Tensor, fromLayer first: Int, layout: TokenLayout
  ) throws -> Tensor {
    try checkHasClasses()
    try checkMasks(masks, of: tokens, layer: first, layout)
    try checkMemory(batch: masks.shape[0], layout, Recording())
    var tokens = tokens
    for layer in first..<weights.blocks.count {
      if layer > first, let merge = layout.layers[layer].merge {
        tokens = merging(before: layer).forward(tokens, merge).output
      }
      tokens =
        block(layer).forward(
          tokens, recording: Recording(), windows: layout.windows(ofLayer: layer),
          places: TokenPlaces(prefixCount: 0, grid: layout.windowShape(ofLayer: layer)),
          bias: scoreBias(ofLayer: layer, layout), masks: layer == first ? masks : nil
        ).output
    }
    return head.forward(tokens, reads(layout)).logits
  }
}
