package import XAICore
package import XAITensor

/// What interventions need of the batch that they are for.
extension Model {
  /// Throws for lists of kept patches that don't fit the images or the layout.
  package func checkPatches(_ kept: [[Int]], images: Int, _ layout: TokenLayout) throws(ModelError) {
    guard kept.count == images, kept.allSatisfy({ $0.count == kept[0].count }) else {
      throw unsupported(
        "\(kept.count) lists of patches, of \(Set(kept.map(\.count)).sorted()) patches, don't fit \(images) images: "
          + "there is one for each, and all are of one length")
    }
    for patches in kept {
      guard zip(patches, patches.dropFirst()).allSatisfy(<), (patches.first ?? 0) >= 0,
        (patches.last ?? 0) < layout.grid.count
      else {
        throw unsupported(
          "the patches \(patches) are not an ascending list from 0 to \(layout.grid.count - 1)")
      }
    }
    guard !layout.readout.readsPatches || !kept[0].isEmpty else {
      throw unsupported("it reads the mean of its patches, and none is kept")
    }
    guard layout.readout != .attentionPooling || !kept[0].isEmpty else {
      throw unsupported("its probe attends to the patches, and none is kept")
    }
  }

  /// Throws for heads that the model hasn't got, a list per image.
  package func checkHeads(_ lists: [[Intervention.Head]], images: Int) throws(ModelError) {
    guard lists.count == images else {
      throw unsupported(
        "\(lists.count) heads don't fit \(images) images: there is a list for each")
    }
    let counts = descriptor.layers.map { $0.attention?.headCount ?? 0 }
    for head in lists.joined()
    where !counts.indices.contains(head.layer) || !(0..<counts[head.layer]).contains(head.head) {
      throw unsupported(
        "there is no head \(head.head) of layer \(head.layer): it has \(counts.count) layers of "
          + (Set(counts).count == 1 ? "\(counts[0])" : "\(counts)") + " heads, counted from 0")
    }
  }

  /// Throws for tokens and masks that aren't those of a layer, [1, N, D] and [B, N].
  package func checkMasks(
    _ masks: Tensor, of tokens: Tensor, layer: Int, _ layout: TokenLayout
  ) throws(ModelError) {
    guard descriptor.layers.indices.contains(layer) else {
      throw unsupported("there is no layer \(layer): it has \(descriptor.layerCount) layers, counted from 0")
    }
    let (count, width) = (layout.tokenCount(ofLayer: layer), descriptor.layers[layer].width)
    guard tokens.shape == [1, count, width], masks.shape.rank == 2, masks.shape[1] == count, masks.count > 0
    else {
      throw unsupported(
        "tokens of \(tokens.shape) under masks of \(masks.shape) are not those of layer \(layer): "
          + "they are 1×\(count)×\(width), and masks are masks×\(count)")
    }
  }

  private func unsupported(_ reason: String) -> ModelError {
    .unsupportedInput(model: descriptor.name, reason: reason)
  }
}
