import Synchronization
import XAICore
import XAITensor

extension VisionTransformer {
  /// What is added to the scores of a layer, [1, H, N, N]; nil where there is no relative position bias.
  func positionBias(ofLayer layer: Int, _ grid: Grid) -> Tensor? {
    let tables = [weights.positionBias, weights.blocks[layer].positionBias].compactMap { $0 }
    guard let settings = configuration.positionBias, !tables.isEmpty else { return nil }
    // Without tables of their own, all layers have the same.
    let layer = settings.isPerLayer ? layer : 0
    return positionBiases.bias(ofLayer: layer, grid, depth: settings.isPerLayer ? configuration.depth : 1) {
      let own = RelativeOffsets(grid: configuration.layout.grid)
      var sum = TensorBuffer(reusing: tables[0])
      for table in tables.dropFirst() { kernels.add(table, to: &sum) }
      let table = sum.freeze()
      return RelativeOffsets(grid: grid).scores(
        from: grid == own.grid ? table : own.resized(table, to: grid, by: settings.interpolation))
    }
  }

  /// The bias of the class token and some patches of each image: [1, H, N, N] to [B, H, n, n].
  func chosen(_ kept: [[Int]], from bias: Tensor) -> Tensor {
    let (heads, count) = (bias.shape[1], bias.shape[2])
    let chosen = kept[0].count + 1
    return Tensor([kept.count, heads, chosen, chosen]) { result in
      bias.withElements { bias in
        var destination = result
        for patches in kept {
          let tokens = [0] + patches.map { $0 + 1 }
          for head in 0..<heads {
            for query in tokens {
              let row = (head * count + query) * count
              for key in tokens {
                destination.pointee = bias[row + key]
                destination += 1
              }
            }
          }
        }
      }
    }
  }

  /// The gradient of a table, [offsets, heads], from that of the scores of all images, [B, H, N, N].
  func tableGradient(_ scores: Tensor, _ grid: Grid) -> Tensor {
    let (batch, heads, tokens) = (scores.shape[0], scores.shape[1], scores.shape[2])
    let sums = kernels.columnSums(scores.reshaped(to: [batch, heads * tokens * tokens]))
    let table = RelativeOffsets(grid: grid).table(from: sums.reshaped(to: [heads, tokens, tokens]))
    let own = RelativeOffsets(grid: configuration.layout.grid)
    guard grid != own.grid, let interpolation = configuration.positionBias?.interpolation else {
      return table
    }
    return own.resizedBackward(table, to: grid, by: interpolation)
  }
}

/// The biases of all layers for the grid that was last seen, so that they are made once and not in each forward pass.
final class PositionBiasCache: Sendable {
  private let known = Mutex<(grid: Grid, biases: [Int: Tensor])?>(nil)

  /// Biases of more elements than this, over all layers, are made again each time: so large an attention takes far
  /// longer than they do.
  private static let mostElements = 1 << 26

  func bias(ofLayer layer: Int, _ grid: Grid, depth: Int, make: () -> Tensor) -> Tensor {
    if let bias = known.withLock({ $0?.grid == grid ? $0?.biases[layer] : nil }) { return bias }
    let bias = make()
    guard bias.count * depth <= Self.mostElements else { return bias }
    known.withLock { known in
      if known?.grid != grid { known = (grid, [:]) }
      known?.biases[layer] = bias
    }
    return bias
  }
}

extension VisionTransformerConfiguration {
  /// A table of relative position bias: [offsets, heads].
  var biasTableShape: Shape { [RelativeOffsets(grid: layout.grid).count, headCount] }
}
