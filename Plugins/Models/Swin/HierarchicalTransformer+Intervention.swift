public import XAICore
public import XAITensor
import XAITransformer

extension HierarchicalTransformer: IntervenableModel {
  /// The logits of a batch [B, 3, H, W] without some patches, or without some heads.
  ///
  /// A patch that isn't kept is there for nobody: in its window no attention goes to it; where four tokens become one it is
  /// zeros, as is what is missing at the end of an odd grid; a token that is made of removed ones alone is removed itself;
  /// and the last mean is of those that are left. Kept patches stay in their places, and so do windows and padding.
  public func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    try checkHasClasses()
    try checkIsBatch(input)
    let layout = try layout(height: input.shape[2], width: input.shape[3])
    try checkMemory(batch: input.shape[0], layout, Recording())
    switch intervention {
    case .keepingPatches(let kept):
      try checkPatches(kept, images: input.shape[0], layout)
      return logits(input, layout, PresentTokens(kept, of: layout.grid), without: [])
    case .removingHeads(let heads):
      try checkHeads(heads, images: input.shape[0])
      return logits(input, layout, nil, without: heads)
    }
  }

  private func logits(
    _ input: Tensor, _ layout: TokenLayout, _ present: PresentTokens?, without heads: [[Intervention.Head]]
  ) -> Tensor {
    var present = present
    var tokens = embed(input, layout).tokens
    for layer in weights.blocks.indices {
      if let merge = layout.layers[layer].merge {
        tokens = merging(before: layer).forward(present?.zeroed(tokens) ?? tokens, merge).output
        present = present?.merged(merge)
      }
      let windows = layout.windows(ofLayer: layer)
      let bias = scoreBias(ofLayer: layer, layout)
      tokens =
        block(layer).forward(
          tokens, recording: Recording(), windows: windows,
          places: TokenPlaces(prefixCount: 0, grid: layout.windowShape(ofLayer: layer)),
          bias: present?.masking(bias, windows) ?? bias,
          removedHeads: heads.map { $0.filter { $0.layer == layer }.map(\.head) }
        ).output
    }
    guard let present else { return head.forward(tokens, reads(layout)).logits }
    return present.logits(of: tokens) { head.forward($0, ReadTokens(meanOf: $0.shape[1])).logits }
  }
}

/// Which tokens of each image are left where some patches were removed.
struct PresentTokens {
  /// For each image, whether each token is there.
  private let images: [[Bool]]

  private init(images: [[Bool]]) { self.images = images }

  /// Those of the patches that each image keeps.
  init(_ kept: [[Int]], of grid: PatchGrid) {
    images = kept.map { patches in
      var present = [Bool](repeating: false, count: grid.count)
      for patch in patches { present[patch] = true }
      return present
    }
  }

  /// What is added to the scores of a key that isn't there: beside it any score is nothing.
  private static let absent: Float = -1e30

  /// The tokens with zeros for those that aren't there.
  func zeroed(_ x: Tensor) -> Tensor {
    let places = images.joined().enumerated().map { $1 ? $0 : -1 }
    return x.gathering(places, columns: x.shape[2], shape: x.shape)
  }

  /// Those that are made of at least one that is there.
  func merged(_ merge: TokenMerge) -> PresentTokens {
    PresentTokens(
      images: images.map { fine in
        var coarse = [Bool](repeating: false, count: merge.coarse.count)
        for token in fine.indices where fine[token] {
          let (row, column) = (token / merge.fine.columns, token % merge.fine.columns)
          coarse[row / merge.factor.rows * merge.coarse.columns + column / merge.factor.columns] = true
        }
        return coarse
      })
  }

  /// The bias of the scores of each image and window, [1 or windows, H, slots, slots] to [B·windows, H, slots, slots].
  func masking(_ bias: Tensor, _ windows: AttentionWindows?) -> Tensor {
    let (heads, size) = (bias.shape[1], bias.shape[3])
    let slots = windows?.tokens ?? Array(0..<size)
    let count = slots.count / size
    // Padding is attended to, as it is where all patches are there.
    let keys = images.flatMap { present in slots.map { $0 < 0 || present[$0] ? 0 : Self.absent } }
    let rows = images.count * count
    let mask = Tensor([rows, size], keys).gathering(
      (0..<rows).flatMap { repeatElement($0, count: heads * size) }, columns: size,
      shape: [rows, heads, size, size])
    return Tensor.map([mask, bias], to: mask.shape, .operand(1) + .operand(0))
  }

  /// The logits of each image, whose tokens that are left `read` gets, [1, n, D].
  func logits(of x: Tensor, read: (Tensor) -> Tensor) -> Tensor {
    let (count, width) = (x.shape[1], x.shape[2])
    let parts = images.enumerated().map { image, present in
      let left = present.indices.filter { present[$0] }
      return read(
        x.gathering(left.map { image * count + $0 }, columns: width, shape: [1, left.count, width]))
    }
    let classes = parts[0].shape[1]
    return Tensor.gathering(
      Array(parts.indices), of: parts, columns: classes, shape: [parts.count, classes])
  }
}
