import XAICore
import XAITensor
import XAITransformer

extension HierarchicalTransformer {
  /// What is added to the scores between regions of a window that a shift has brought together, as both libraries do it.
  private static let mask: Float = -100

  /// What is added to the scores of a layer, [1, H, slots, slots], or [windows, H, slots, slots] in shifted windows: the
  /// relative position bias, and what keeps regions of a window apart.
  func scoreBias(ofLayer layer: Int, _ layout: TokenLayout) -> Tensor? {
    guard let table = weights.blocks[layer].positionBias else { return nil }
    let depth = weights.blocks.count
    return scoreBiases.bias(ofLayer: layer, layout.grid, depth: depth) {
      let windows = layout.windows(ofLayer: layer)
      let shape = windows?.shape ?? layout.grid(ofLayer: layer)
      let bias = RelativeOffsets(grid: shape, hasClassToken: false).scores(from: table)
      guard let windows, windows.shift.rows > 0 || windows.shift.columns > 0 else { return bias }
      return Self.masked(bias, windows)
    }
  }

  /// [1, H, slots, slots] to [windows, H, slots, slots].
  private static func masked(_ bias: Tensor, _ windows: AttentionWindows) -> Tensor {
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
      let activations = Double(layout.tokenCount(ofLayer: layer)) * (6 * Double(sizes.width) + mlpWidth)
      largest = max(largest, 2 * attention + activations)
      if recording.gradients || recording.attention.contains(layer) { kept += attention }
      if recording.activations.contains(ActivationPoint(layer: layer, place: .scores)) { kept += attention }
      if recording.gradients { kept += activations }
    }
    try checkMemory(bytesPerInput: 4 * (kept + largest), batch: batch, layout)
  }
}
