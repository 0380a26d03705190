import XAIFoundation
import XAIImage
public import XAITensor

/// What a transformer's tokens stand for: the prefix tokens, the patch grid and how the logits are read.
///
/// Explainers ask the layout and never count tokens themselves. Token order is prefix first, then patches row by row.
public struct TokenLayout: Hashable, Sendable, Codable {
  /// A token that stands for no patch.
  public enum PrefixToken: String, Hashable, Sendable, Codable {
    /// The class token.
    case classToken = "class"
    /// DeiT's distillation token.
    case distillation
    /// A register: memory that no map shows.
    case register
    /// What an attention pooling asks with: no layer but the last changes it, and no other token attends to it.
    case probe
  }

  /// Where the logits are read from.
  public enum Readout: String, Hashable, Sendable, Codable {
    /// The class token.
    case classToken = "class-token"
    /// The mean over the patch tokens.
    case meanOfPatches = "mean-of-patches"
    /// The mean over the patch tokens and their maximum, element by element, one half each.
    case meanAndMaximumOfPatches = "mean-and-maximum-of-patches"
    /// The mean of the logits of two heads, on the class and on the distillation token.
    case meanOfClassAndDistillation = "mean-of-class-and-distillation"
    /// One head on the class token and the mean over the patch tokens, side by side.
    case classAndMeanOfPatches = "class-and-mean-of-patches"
    /// The probe, behind the layer in which it attends to the patches.
    case attentionPooling = "attention-pooling"

    /// Whether patch tokens are read, and not prefix tokens alone.
    public var readsPatches: Bool {
      [.meanOfPatches, .meanAndMaximumOfPatches, .classAndMeanOfPatches].contains(self)
    }
  }

  /// Tokens before the patches, in order.
  public let prefix: [PrefixToken]
  /// The patches.
  public let grid: PatchGrid
  /// Where the logits are read from.
  public let readout: Readout
  /// What each layer works on, where layers have tokens of their own; empty where all have the tokens of this layout.
  public let layers: [LayerTokens]
  /// The layer in which a probe attends to the patches, which is the last; nil where there is none.
  ///
  /// The probe is the first token. In the layers before it attends to itself alone, A = [1 0; 0 A′] with the attention A′ of
  /// the other tokens; in this one A = [0 a; 0 I], a being its attention, 1 × N, which is 0 for tokens that aren't pooled. A
  /// method that multiplies or adds up attention along the readout row so begins with a, and is the same as for a class token.
  public let poolingLayer: Int?

  /// Makes a layout; traps when the readout needs a prefix token that is not there, and when layers that have tokens of
  /// their own don't begin with the patches, don't follow from one another, or have tokens before the patches.
  public init(
    prefix: [PrefixToken], grid: PatchGrid, readout: Readout, layers: [LayerTokens] = [],
    poolingLayer: Int? = nil
  ) {
    require(
      [.meanOfPatches, .meanAndMaximumOfPatches, .attentionPooling].contains(readout)
        || prefix.contains(.classToken),
      "a class-token readout needs a class token")
    require(
      (readout == .attentionPooling) == (poolingLayer != nil)
        && (prefix.first == .probe) == (poolingLayer != nil),
      "an attention pooling is a layer, and its probe the first token")
    require(
      readout != .meanOfClassAndDistillation || prefix.contains(.distillation),
      "a distilled readout needs a distillation token")
    self.prefix = prefix
    self.grid = grid
    require(
      layers.isEmpty || prefix.isEmpty && readout == .meanOfPatches,
      "layers with tokens of their own have patches alone, and the mean of the last is read")
    var own = grid
    for layer in layers {
      own = layer.merge?.coarse ?? own
      require(layer.grid == own, "a layer of \(layer.grid) tokens doesn't follow from one of \(own)")
      require(layer.windows.map { $0.grid == own } ?? true, "windows of another grid than \(own)")
    }
    self.readout = readout
    self.layers = layers
    self.poolingLayer = poolingLayer
  }

  /// The number of tokens, prefix and patches; of the first layer where layers have tokens of their own.
  public var tokenCount: Int { prefix.count + grid.count }

  /// The positions of the patch tokens; of the first layer where layers have tokens of their own.
  public var patches: Range<Int> { prefix.count..<tokenCount }

  /// The positions of the tokens that the logits are read from.
  public var readoutTokens: [Int] {
    switch readout {
    case .classToken: prefix.firstIndex(of: .classToken).map { [$0] } ?? []
    case .meanOfPatches, .meanAndMaximumOfPatches: Array(patches)
    case .meanOfClassAndDistillation:
      [prefix.firstIndex(of: .classToken), prefix.firstIndex(of: .distillation)].compactMap { $0 }
    case .classAndMeanOfPatches: [prefix.firstIndex(of: .classToken)].compactMap { $0 } + patches
    case .attentionPooling: [0]
    }
  }

  /// One weight per token of the last layer, summing to 1: the row vector that an attention method reads its map with.
  ///
  /// A head on class token and mean of patches reads as many values from the one as from the other, so the class token
  /// has one half, and the patches share the other: which half counts for more, only its weights could say. A maximum reads
  /// another patch for each element, and which one, only an image says: all patches share it.
  public var readoutWeights: [Float] {
    guard layers.isEmpty else { return uniformWeights }
    var weights = [Float](repeating: 0, count: tokenCount)
    let tokens = readoutTokens
    for token in tokens { weights[token] = 1 / Float(tokens.count) }
    guard readout == .classAndMeanOfPatches else { return weights }
    for token in tokens { weights[token] = patches.contains(token) ? 0.5 / Float(grid.count) : 0.5 }
    return weights
  }
}

extension TokenLayout {
  /// The same weight for every token of the last layer, summing to 1: the row vector that reads the mean row of a matrix.
  public var uniformWeights: [Float] {
    let count = layers.last?.grid.count ?? tokenCount
    return [Float](repeating: 1 / Float(count), count: count)
  }
}

/// Rows and columns of patches.
public struct PatchGrid: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Patches from top to bottom.
  public let rows: Int
  /// Patches from left to right.
  public let columns: Int

  /// Makes a grid.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// The number of patches.
  public var count: Int { rows * columns }

  /// The grid as users read it: `14×14`.
  public var description: String { "\(rows)×\(columns)" }
}

/// The tokens of single layers: those of the layout, or the layer's own.
extension TokenLayout {
  /// The patches that the tokens of a layer stand for.
  public func grid(ofLayer layer: Int) -> PatchGrid { layers.isEmpty ? grid : layers[layer].grid }

  /// The number of tokens of a layer.
  public func tokenCount(ofLayer layer: Int) -> Int { prefix.count + grid(ofLayer: layer).count }

  /// The positions of the patch tokens of a layer.
  public func patches(ofLayer layer: Int) -> Range<Int> { prefix.count..<tokenCount(ofLayer: layer) }

  /// The windows that attention of a layer stays in; nil where every token attends to every other.
  public func windows(ofLayer layer: Int) -> AttentionWindows? {
    layers.isEmpty ? nil : layers[layer].windows
  }

  /// One weight per token of a layer, summing to 1: those of the readout, as though the layer were the last.
  ///
  /// Below an attention pooling, where the probe looks at nothing yet, that is the mean of the patches.
  public func readoutWeights(ofLayer layer: Int) -> [Float] {
    if let poolingLayer, layer < poolingLayer {
      return (0..<tokenCount).map { patches.contains($0) ? 1 / Float(grid.count) : 0 }
    }
    guard !layers.isEmpty else { return readoutWeights }
    let count = layers[layer].grid.count
    return [Float](repeating: 1 / Float(count), count: count)
  }

  /// The shape of the attention of a layer: [rows, heads, N, N], or [rows·windows, heads, slots, slots].
  public func attentionShape(ofLayer layer: Int, rows: Int, heads: Int) -> TensorShape {
    guard let windows = windows(ofLayer: layer) else {
      let count = tokenCount(ofLayer: layer)
      return [rows, heads, count, count]
    }
    return [rows * windows.count, heads, windows.size, windows.size]
  }

  /// A row vector of the tokens of a layer as one of a layer before it: each token is shared out among those that it is
  /// made of.
  public func unpooled(_ vector: [Float], fromLayer layer: Int, toLayer lower: Int) -> [Float] {
    guard !layers.isEmpty, lower < layer else { return vector }
    return (lower + 1...layer).reversed().reduce(vector) { layers[$1].merge?.unpooled($0) ?? $0 }
  }

  /// One score per patch from a row vector of the tokens of a layer: shared out down to the first layer, without the prefix.
  public func patchScores(_ vector: [Float], ofLayer layer: Int) -> [Float] {
    Array(unpooled(vector, fromLayer: layer, toLayer: 0)[patches])
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
