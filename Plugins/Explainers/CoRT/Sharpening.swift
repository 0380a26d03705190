import XAICore
import XAITensor

/// Takes back the blur that bilinear upsampling puts on a map of patches.
///
/// The mean over a patch of the upsampled map is B_h·m·B_wᵀ, where B has ¾ on the diagonal, ⅛ beside it and ⅞ in both
/// corners. The map whose upsampling has the patch means m is q = B_h⁻¹·m·B_w⁻ᵀ. For patches of an odd number p of pixels,
/// (p² − 1)/8p² stands in place of ⅛.
struct Sharpening {
  private let grid: PatchGrid
  /// What a neighbour has of a patch's mean, down and across.
  private let down: Double
  private let across: Double

  /// For maps of the patches of a trace's images.
  init(_ trace: ForwardTrace) {
    grid = trace.layout.grid
    down = Self.neighbourShare(pixels: trace.input.shape[2], patches: grid.rows)
    across = Self.neighbourShare(pixels: trace.input.shape[3], patches: grid.columns)
  }

  init(grid: PatchGrid, pixels: Int) {
    self.grid = grid
    down = Self.neighbourShare(pixels: grid.rows * pixels, patches: grid.rows)
    across = Self.neighbourShare(pixels: grid.columns * pixels, patches: grid.columns)
  }

  /// (1 − share)·m + share·q.
  func apply(to scores: [Double], share: Double) -> [Double] {
    guard share > 0 else { return scores }
    var sharp = scores
    for column in 0..<grid.columns {
      Self.solve(&sharp, from: column, by: grid.columns, count: grid.rows, neighbour: down)
    }
    for row in 0..<grid.rows {
      Self.solve(&sharp, from: row * grid.columns, by: 1, count: grid.columns, neighbour: across)
    }
    return zip(scores, sharp).map { (1 - share) * $0 + share * $1 }
  }

  private static func neighbourShare(pixels: Int, patches: Int) -> Double {
    let side = pixels / patches
    guard side % 2 == 1, pixels == side * patches else { return 0.125 }
    return Double(side * side - 1) / Double(8 * side * side)
  }

  /// Solves B·q = m in place for `count` values, `step` apart: elimination from the first down, then back.
  private static func solve(
    _ values: inout [Double], from start: Int, by step: Int, count: Int, neighbour w: Double
  ) {
    guard count > 1 else { return }
    // B is diagonally dominant, so that nothing is divided by 0.
    var above = [Double](repeating: 0, count: count)
    for i in 0..<count {
      let isCorner = i == 0 || i == count - 1
      let diagonal = isCorner ? 1 - w : 1 - 2 * w
      let before = i == 0 ? 0 : w
      let pivot = diagonal - before * (i == 0 ? 0 : above[i - 1])
      above[i] = w / pivot
      let previous = i == 0 ? 0 : values[start + (i - 1) * step]
      values[start + i * step] = (values[start + i * step] - before * previous) / pivot
    }
    for i in (0..<count - 1).reversed() {
      values[start + i * step] -= above[i] * values[start + (i + 1) * step]
    }
  }
}
