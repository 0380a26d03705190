import XAICore
import XAITensor

/// For each patch of a layer, the weights of all of its tokens.
struct TokenMasks {
  private let prefix: Int
  private let grid: PatchGrid
  private let options: ReciproCAMOptions

  init(prefix: Int, grid: PatchGrid, _ options: ReciproCAMOptions) {
    (self.prefix, self.grid, self.options) = (prefix, grid, options)
  }

  /// A mask for each patch.
  var count: Int { grid.count }

  /// The patches in batches.
  func batches(of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  /// The masks of some patches, [patches, N].
  func tensor(_ patches: Range<Int>) -> Tensor {
    let width = prefix + grid.count
    return Tensor([patches.count, width]) { masks in
      masks.update(repeating: 0, count: patches.count * width)
      for patch in patches {
        let mask = masks + (patch - patches.lowerBound) * width
        if options.prefix { mask.update(repeating: 1, count: prefix) }
        guard options.gaussian else {
          mask[prefix + patch] = 1
          continue
        }
        // What would lie outside of the image is missing: the rest isn't scaled up for it.
        let (row, column) = (patch / grid.columns, patch % grid.columns)
        for other in max(row - 1, 0)...min(row + 1, grid.rows - 1) {
          for beside in max(column - 1, 0)...min(column + 1, grid.columns - 1) {
            mask[prefix + other * grid.columns + beside] =
              (other == row ? 0.5 : 0.25) * (beside == column ? 0.5 : 0.25)
          }
        }
      }
    }
  }
}
