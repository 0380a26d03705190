import XAIImage
public import XAITensor

/// The tokens of single layers: those of the layout, or the layer's own.
extension TokenLayout {
  /// The patches that the tokens of a layer stand for.
  public func grid(ofLayer layer: Int) -> Grid { layers.isEmpty ? grid : layers[layer].grid }

  /// The number of tokens of a layer.
  public func tokenCount(ofLayer layer: Int) -> Int { prefix.count + grid(ofLayer: layer).count }

  /// The positions of the patch tokens of a layer.
  public func patches(ofLayer layer: Int) -> Range<Int> { prefix.count..<tokenCount(ofLayer: layer) }

  /// The windows that attention of a layer stays in; nil where every token attends to every other.
  public func windows(ofLayer layer: Int) -> AttentionWindows? {
    layers.isEmpty ? nil : layers[layer].windows
  }

  /// One weight per token of a layer, summing to 1: those of the readout, as though the layer were the last.
  public func readoutWeights(ofLayer layer: Int) -> [Float] {
    guard !layers.isEmpty else { return readoutWeights }
    let count = layers[layer].grid.count
    return [Float](repeating: 1 / Float(count), count: count)
  }

  /// The shape of the attention of a layer: [rows, heads, N, N], or [rows·windows, heads, slots, slots].
  public func attentionShape(ofLayer layer: Int, rows: Int, heads: Int) -> Shape {
    guard let windows = windows(ofLayer: layer) else {
      let count = tokenCount(ofLayer: layer)
      return [rows, heads, count, count]
    }
    return [rows * windows.count, heads, windows.size, windows.size]
  }

  /// A row vector of the tokens of a layer as one of a layer before it: each token is shared out among those that it is
  /// made of.
  public func spread(_ vector: [Float], fromLayer layer: Int, toLayer lower: Int) -> [Float] {
    guard !layers.isEmpty, lower < layer else { return vector }
    return (lower + 1...layer).reversed().reduce(vector) { layers[$1].merge?.spread($0) ?? $0 }
  }

  /// One score per patch from a row vector of the tokens of a layer: shared out down to the first layer, without the prefix.
  public func patchScores(_ vector: [Float], ofLayer layer: Int) -> [Float] {
    Array(spread(vector, fromLayer: layer, toLayer: 0)[patches])
  }

  /// One score per patch from a map on the grid of a layer: bilinear with half-pixel centres, as maps are drawn.
  public func patchMap(_ scores: [Float], ofLayer layer: Int) -> [Float] {
    let own = grid(ofLayer: layer)
    guard own != grid else { return scores }
    // Interpolating equal scores would leave differences of rounding.
    if let first = scores.first, scores.allSatisfy({ $0 == first }) {
      return [Float](repeating: first, count: grid.count)
    }
    let map = Tensor([own.rows, own.columns], scores)
    return BilinearUpsampling(height: grid.rows, width: grid.columns)(map).elements
  }
}
