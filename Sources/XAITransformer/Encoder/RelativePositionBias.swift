import Synchronization
package import XAICore
import XAIFoundation
package import XAITensor

/// A bias of attention scores by the relative position of query and key (Bao and others 2022, arXiv 2106.08254).
///
/// A table has one row for each offset between two patches, (2h − 1)·(2w − 1) in all, and one each for class token to
/// patch, patch to class token, and class token to itself; one column a head.
public struct PositionBias: Hashable, Sendable {
  /// Whether each block has a table of its own.
  public var isPerLayer: Bool
  /// Whether there is a table that serves all blocks; with both, the two add up.
  public var isShared: Bool
  /// How tables follow another input size.
  public var interpolation: GridInterpolation
  /// The hidden elements of the MLP that makes a table of the offsets: see `PositionMLP`; nil where tables are parameters.
  public var hiddenWidth: Int?

  /// States where tables are, and what makes them.
  public init(
    isPerLayer: Bool, isShared: Bool, interpolation: GridInterpolation, hiddenWidth: Int? = nil
  ) {
    self.isPerLayer = isPerLayer
    self.isShared = isShared
    self.interpolation = interpolation
    self.hiddenWidth = hiddenWidth
  }
}

/// The relative position bias of a model's blocks, from their tables to the scores and back.
struct RelativePositionBias {
  let settings: PositionBias
  /// The table of all blocks, [offsets, heads]; nil where there is none.
  let shared: Tensor?
  /// The tables of single blocks; nil where there are none.
  let own: [Tensor?]
  /// The MLPs that make the tables, where there are such.
  let sharedMLP: PositionMLP?
  let ownMLPs: [PositionMLP?]
  /// The patches that tables are made for.
  let grid: PatchGrid
  let hasClassToken: Bool
  let cache: PositionBiasCache
  let kernels: any Kernels

  /// The shape of a table.
  static func tableShape(_ grid: PatchGrid, heads: Int) -> TensorShape {
    [RelativeOffsets(grid: grid).count, heads]
  }

  /// What is added to the scores of a layer, [1, H, N, N], or [B, H, n, n] where images keep some patches each.
  func scores(ofLayer layer: Int, at places: TokenPlaces) -> Tensor {
    let scores = scores(ofLayer: layer, places.grid)
    return places.kept.map { chosen($0, from: scores) } ?? scores
  }

  private func scores(ofLayer layer: Int, _ grid: PatchGrid) -> Tensor {
    // Without tables of their own, all layers have the same.
    return cache.bias(
      ofLayer: settings.isPerLayer ? layer : 0, grid, depth: settings.isPerLayer ? own.count : 1
    ) {
      offsets(grid).scores(from: table(ofLayer: layer, grid))
    }
  }

  private func offsets(_ grid: PatchGrid) -> RelativeOffsets {
    RelativeOffsets(grid: grid, hasClassToken: hasClassToken)
  }

  /// The table of a layer for a grid: what its own and that of all blocks give together.
  private func table(ofLayer layer: Int, _ grid: PatchGrid) -> Tensor {
    let made = [sharedMLP, ownMLPs[layer]].compactMap { $0?.table(for: offsets(grid), on: kernels) }
    let trained = offsets(self.grid)
    let tables =
      made
      + [shared, own[layer]].compactMap { $0 }.map {
        grid == trained.grid ? $0 : trained.resized($0, to: grid, by: settings.interpolation)
      }
    return tables.dropFirst().reduce(tables[0]) {
      Tensor.map([$0, $1], to: $0.shape, .operand(0) + .operand(1))
    }
  }

  /// The bias of the class token, where there is one, and some patches of each image: [1, H, N, N] to [B, H, n, n].
  private func chosen(_ kept: [[Int]], from bias: Tensor) -> Tensor {
    let (heads, count) = (bias.shape[1], bias.shape[2])
    let prefix = hasClassToken ? 1 : 0
    let chosen = kept[0].count + prefix
    // Tables are parameters, which are in host memory, and so is what is made of them and of sizes alone.
    let bias = bias.onHost("position bias")
    return Tensor([kept.count, heads, chosen, chosen]) { result in
      bias.withElements { bias in
        var destination = result
        for patches in kept {
          let tokens = Array(0..<prefix) + patches.map { $0 + prefix }
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

  /// The gradient of a table that is a parameter, [offsets, heads], from that of the scores of all images, [B, H, N, N].
  func tableGradient(_ scores: Tensor, _ grid: PatchGrid) -> Tensor {
    let table = givenGradient(scores, grid)
    let trained = offsets(self.grid)
    return grid == trained.grid
      ? table : trained.resizedBackward(table, to: grid, by: settings.interpolation)
  }

  /// The gradients of the MLPs that made the table of a layer, nil where there are none, from that of the scores of all
  /// images, [B, H, N, N].
  func mlpGradients(
    _ scores: Tensor?, ofLayer layer: Int, _ grid: PatchGrid
  ) -> (shared: PositionMLP?, own: PositionMLP?) {
    let heads = (sharedMLP ?? ownMLPs[layer])?.contraction.outputs ?? 0
    // Where attention counts as a constant, nothing comes to the scores.
    let table =
      scores.map { givenGradient($0, grid) } ?? Tensor(repeating: 0, [offsets(grid).count, heads])
    func gradients(_ mlp: PositionMLP?) -> PositionMLP? {
      mlp?.gradients(ofTable: table, for: offsets(grid), on: kernels)
    }
    return (gradients(sharedMLP), gradients(ownMLPs[layer]))
  }

  /// The gradient of the table for a grid, [offsets, heads].
  private func givenGradient(_ scores: Tensor, _ grid: PatchGrid) -> Tensor {
    let (batch, heads, tokens) = (scores.shape[0], scores.shape[1], scores.shape[2])
    let sums = kernels.columnSums(scores.reshaped(to: [batch, heads * tokens * tokens]))
    return offsets(grid).table(from: sums.reshaped(to: [heads, tokens, tokens]))
  }
}

/// The biases of all layers for the grid that was last seen, so that they are made once and not in each forward pass.
package final class PositionBiasCache: Sendable {
  /// Knows nothing.
  package init() {}

  private let known = Guarded<(grid: PatchGrid, biases: [Int: Tensor])?>(nil)

  /// Biases of more elements than this, over all layers, are made again each time: so large an attention takes far
  /// longer than they do.
  private static let mostElements = 1 << 26

  package func bias(ofLayer layer: Int, _ grid: PatchGrid, depth: Int, make: () -> Tensor) -> Tensor {
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

/// Which row of a table of relative position bias serves a query and a key (see `PositionBias`).
///
/// Tokens are the class token and the patches of a grid of h × w. Of a query at row y and column x and a key at y′ and x′
/// it is (y − y′ + h − 1)·(2w − 1) + (x − x′ + w − 1); behind these come class token to patch, patch to class token, and
/// class token to itself. Windows of patches have no class token, and none of these rows.
package struct RelativeOffsets {
  let grid: PatchGrid
  let hasClassToken: Bool

  /// The rows of a grid's table.
  package init(grid: PatchGrid, hasClassToken: Bool = true) {
    (self.grid, self.hasClassToken) = (grid, hasClassToken)
  }

  /// Offsets between patches, as a grid.
  var offsets: PatchGrid { PatchGrid(rows: 2 * grid.rows - 1, columns: 2 * grid.columns - 1) }
  /// Rows of a table.
  package var count: Int { offsets.count + (hasClassToken ? 3 : 0) }
  private var tokenCount: Int { grid.count + (hasClassToken ? 1 : 0) }

  /// The bias of scores, [1, H, N, N], that a table gives, [offsets, H].
  package func scores(from table: Tensor) -> Tensor {
    let (heads, indices) = (table.shape[1], rowIndices())
    return table.gathering(indices, columns: heads, shape: [indices.count, heads])
      .permuting([indices.count, heads], to: [1, 0], shape: [1, heads, tokenCount, tokenCount])
  }

  /// The reverse: from the gradient of the scores' bias, [H, N, N], to that of the table, [offsets, H].
  package func table(from gradient: Tensor) -> Tensor {
    let (heads, indices) = (gradient.shape[0], rowIndices())
    var pairs = [[RowCombinations.Term]](repeating: [], count: count)
    for (pair, row) in indices.enumerated() { pairs[row].append(.init(source: pair, weight: 1)) }
    return gradient.permuting([heads, indices.count], to: [1, 0], shape: [indices.count, heads])
      .combining(RowCombinations(pairs), columns: heads)
  }

  /// A table for another grid: offsets between patches are interpolated, the class token's rows stay.
  func resized(_ table: Tensor, to grid: PatchGrid, by interpolation: GridInterpolation) -> Tensor {
    let target = RelativeOffsets(grid: grid)
    let between = interpolated(
      table[0..<offsets.count], from: offsets, to: target.offsets, by: interpolation)
    return Self.joined(between, table[offsets.count..<count])
  }

  /// The reverse: the gradient of a table for this grid from that of the one that it was resized to.
  func resizedBackward(_ gradient: Tensor, to grid: PatchGrid, by interpolation: GridInterpolation) -> Tensor
  {
    let target = RelativeOffsets(grid: grid)
    let between = interpolatedBackward(
      gradient[0..<target.offsets.count], from: offsets, to: target.offsets, by: interpolation)
    return Self.joined(between, gradient[target.offsets.count..<target.count])
  }

  /// The rows of one table, and then those of another.
  private static func joined(_ first: Tensor, _ second: Tensor) -> Tensor {
    let (count, columns) = (first.shape[0] + second.shape[0], first.shape[1])
    return Tensor.gathering(
      Array(0..<count), of: [first, second], columns: columns, shape: [count, columns])
  }

  /// The table's row for each query and key, query by query.
  private func rowIndices() -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(tokenCount * tokenCount)
    if hasClassToken {
      indices.append(offsets.count + 2)
      indices += repeatElement(offsets.count, count: grid.count)
    }
    for query in 0..<grid.count {
      if hasClassToken { indices.append(offsets.count + 1) }
      let row = query / grid.columns + grid.rows - 1
      let column = query % grid.columns + grid.columns - 1
      for y in 0..<grid.rows {
        for x in 0..<grid.columns { indices.append((row - y) * offsets.columns + column - x) }
      }
    }
    return indices
  }
}
