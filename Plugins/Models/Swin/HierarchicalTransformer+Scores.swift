import XAICore
import XAITensor
import XAITransformer

extension HierarchicalTransformer {
  /// What is added to the scores of a layer, [1, H, slots, slots], or [windows, H, slots, slots] in shifted windows: the
  /// relative position bias, and what keeps regions of a window apart.
  func scoreBias(ofLayer layer: Int, _ layout: TokenLayout) -> Tensor {
    scoreBiases.bias(ofLayer: layer, layout.grid, depth: weights.blocks.count) {
      let windows = layout.windows(ofLayer: layer)
      let offsets = RelativeOffsets(grid: layout.windowShape(ofLayer: layer), hasClassToken: false)
      let bias = offsets.scores(from: biasTable(ofLayer: layer, layout))
      guard let windows, windows.shift.rows > 0 || windows.shift.columns > 0 else { return bias }
      return Self.masked(bias, windows, by: configuration.scoreBetweenRegions)
    }
  }

  /// The bias of each offset in a window of a layer, [offsets, H].
  private func biasTable(ofLayer layer: Int, _ layout: TokenLayout) -> Tensor {
    if let table = weights.blocks[layer].positionBias { return table }
    return weights.continuousBiases[layer].table(
      layout.windowShape(ofLayer: layer), pretrained: stage(ofLayer: layer).pretrainedWindow)
  }

  /// [1, H, slots, slots] to [windows, H, slots, slots].
  private static func masked(_ bias: Tensor, _ windows: AttentionWindows, by mask: Float) -> Tensor {
    let (heads, size) = (bias.shape[1], windows.size)
    let apart = Tensor([windows.count, size, size]) { result in
      for window in 0..<windows.count {
        let regions = windows.regions[window * size..<(window + 1) * size]
        for (q, query) in regions.enumerated() {
          for (k, key) in regions.enumerated() {
            result[(window * size + q) * size + k] = query == key ? 0 : mask
          }
        }
      }
    }
    let forHeads = apart.gathering(
      (0..<windows.count).flatMap { repeatElement($0, count: heads) }, columns: size * size,
      shape: [windows.count, heads, size, size])
    return Tensor.map([forHeads, bias], to: forHeads.shape, .operand(1) + .operand(0))
  }

  /// Throws where a forward pass would need more memory than the machine has.
  func checkMemory(batch: Int, _ layout: TokenLayout, _ recording: Recording) throws(ModelError) {
    var (kept, largest) = (0.0, 0.0)
    for (layer, place) in configuration.layers.enumerated() {
      let sizes = configuration.stages[place.stage]
      let attention = Double(layout.attentionShape(ofLayer: layer, rows: 1, heads: sizes.headCount).count)
      let mlpWidth = Double(weights.blocks[layer].expansion.outputs)
      // Queries and keys are there a second time where something is done to them.
      let widths = (recording.parameters ? 9.0 : 6) + (configuration.attentionTransforms.isEmpty ? 0 : 2)
      let activations = Double(layout.tokenCount(ofLayer: layer)) * (widths * Double(sizes.width) + mlpWidth)
      largest = max(largest, 2 * attention + activations)
      if recording.gradients || recording.attention.contains(layer) { kept += attention }
      if recording.activations.contains(ActivationPoint(layer: layer, place: .scores)) { kept += attention }
      if recording.gradients { kept += activations }
    }
    try checkMemory(bytesPerInput: 4 * (kept + largest), batch: batch, layout)
  }
}

extension TokenLayout {
  /// The window of a layer: its grid where one window is all of it.
  func windowShape(ofLayer layer: Int) -> PatchGrid { windows(ofLayer: layer)?.shape ?? grid(ofLayer: layer) }
}
