import XAICore
import XAIFoundation

/// Smooth noise: random values on a grid that repeats every 64 cells, blended in between.
///
/// Every scene reads the same table, at a place and angle of its own.
enum NoiseTable {
  static let side = 64

  static let values: [SIMD2<Float>] = {
    var random = SeededRandom(seed: 0x6E6F_6973_65)
    return (0..<side * side).map { _ in random.point() }
  }()

  /// Two independent values from 0 to 1 that change over about a cell.
  @inline(__always)
  static func smooth(_ point: SIMD2<Float>, in values: UnsafePointer<SIMD2<Float>>) -> SIMD2<Float> {
    let base = point.rounded(.down)
    let offset = point - base
    let share = offset * offset * (3 - 2 * offset)
    let (x, y) = (Int(base.x), Int(base.y))
    let (left, right) = (x & (side - 1), (x + 1) & (side - 1))
    let (top, bottom) = ((y & (side - 1)) * side, ((y + 1) & (side - 1)) * side)
    let above = values[top + left] + share.x * (values[top + right] - values[top + left])
    let below = values[bottom + left] + share.x * (values[bottom + right] - values[bottom + left])
    return above + share.y * (below - above)
  }
}
