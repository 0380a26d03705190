import XAICore
import XAIFoundation

/// Three colours and the pattern that mixes them.
struct Paint: Sendable {
  enum Pattern: Sendable {
    case plain, gradient, stripes, checks, dots, cloud, contours, facets
  }

  let pattern: Pattern
  /// The colours; every point has a mixture of them, so that none is lighter or darker than all three.
  let first, second, third: SIMD4<Float>
  /// Where the pattern starts, in the image of side 1.
  let origin: SIMD2<Float>
  /// Where it runs to, of length 1.
  let direction: SIMD2<Float>
  /// How often it repeats over the image.
  let frequency: Float
  /// Four lines, of which facets are made: the normals and the distances from the origin.
  var lines: Lines = Lines()

  struct Lines: Sendable {
    var x = SIMD4<Float>.zero
    var y = SIMD4<Float>.zero
    var offset = SIMD4<Float>.zero
  }

  /// Makes a paint of three colours, each as red, green and blue.
  init(
    _ pattern: Pattern, _ colours: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>), origin: SIMD2<Float>,
    direction: SIMD2<Float>, frequency: Float
  ) {
    self.pattern = pattern
    self.first = colours.0
    self.second = colours.1
    self.third = colours.2
    self.origin = origin
    self.direction = direction
    self.frequency = frequency
  }

  /// The colour at a point of the image of side 1, with edges as soft as `pixel`, the side of a pixel.
  @inline(__always)
  func colour(
    at point: SIMD2<Float>, pixel: Float, noise: UnsafePointer<SIMD2<Float>>
  ) -> SIMD4<Float> {
    let offset = (point - origin) * frequency
    let along = offset.x * direction.x + offset.y * direction.y
    let across = offset.y * direction.x - offset.x * direction.y
    let sharpness = 1 / (pixel * frequency)
    switch pattern {
    case .plain: return first
    case .gradient: return mixed(clamp(along + 0.5), 0.5 * clamp(across + 0.5))
    case .stripes: return mixed(stripe(along, sharpness), 0)
    case .checks:
      let (columns, rows) = (stripe(along, sharpness), stripe(across, sharpness))
      return mixed(columns + rows - 2 * columns * rows, 0)
    case .dots:
      let cell = SIMD2(along - along.rounded(.down) - 0.5, across - across.rounded(.down) - 0.5)
      return mixed(clamp((0.3 - (cell * cell).sum().squareRoot()) * sharpness + 0.5), 0)
    case .cloud:
      let turned = SIMD2(along, across)
      let value =
        0.7 * NoiseTable.smooth(turned, in: noise) + 0.3 * NoiseTable.smooth(2.7 * turned, in: noise)
      return mixed(value.x, value.y)
    case .contours:
      let level = NoiseTable.smooth(SIMD2(along, across), in: noise).x * 5
      let step = level.rounded(.down)
      // The height changes by about one level a cell.
      let height = (step + clamp((level - step - 0.5) * sharpness * 0.5 + 0.5)) / 5
      return mixed(height, 0)
    case .facets:
      let beside = lines.x * point.x + lines.y * point.y - lines.offset
      let sides = (beside / pixel + 0.5).clamped(lowerBound: .zero, upperBound: .one)
      return mixed(0.6 * sides.x + 0.4 * sides.y, 0.6 * sides.z + 0.4 * sides.w)
    }
  }

  @inline(__always)
  private func mixed(_ secondShare: Float, _ thirdShare: Float) -> SIMD4<Float> {
    let two = first + secondShare * (second - first)
    return two + thirdShare * (third - two)
  }
}

@inline(__always)
private func clamp(_ value: Float) -> Float { min(max(value, 0), 1) }

/// 1 on every second half unit, else 0.
@inline(__always)
private func stripe(_ position: Float, _ sharpness: Float) -> Float {
  let inUnit = position - position.rounded(.down)
  return clamp((0.25 - abs(inUnit - 0.5)) * sharpness + 0.5)
}

/// A colour by lightness, chroma and hue, in which equal steps look about equal: OKLCh.
///
/// Source: Ottosson 2020, "A perceptual color space for image processing".
struct Tint: Sendable {
  /// From 0, black, to 1, white.
  var lightness: Float
  /// From 0, grey, to about 0.3.
  var chroma: Float
  /// The direction of the hue, of length 1.
  var hue: SIMD2<Float>

  /// Red, green and blue from 0 to 1, with less chroma where the screen has no such colour: the lightness, and with it the
  /// contrast, stays.
  var rgb: SIMD4<Float> {
    var chroma = chroma
    for _ in 0..<8 {
      let colour = linear(chroma: chroma)
      if colour.min() >= 0, colour.max() <= 1 { return colour.squareRoot() }
      chroma *= 0.8
    }
    return linear(chroma: 0).clamped(lowerBound: .zero, upperBound: .one).squareRoot()
  }

  // Linear light. The square root of it then stands for the curve of sRGB: both machines and C libraries agree on it.
  private func linear(chroma: Float) -> SIMD4<Float> {
    let (a, b) = (chroma * hue.x, chroma * hue.y)
    let root = SIMD3(
      lightness + 0.396_337_8 * a + 0.215_803_76 * b, lightness - 0.105_561_346 * a - 0.063_854_17 * b,
      lightness - 0.089_484_18 * a - 1.291_485_5 * b)
    let cone = root * root * root
    return SIMD4(
      4.076_741_7 * cone.x - 3.307_711_6 * cone.y + 0.230_969_94 * cone.z,
      -1.268_438 * cone.x + 2.609_757_4 * cone.y - 0.341_319_38 * cone.z,
      -0.004_196_086_3 * cone.x - 0.703_418_6 * cone.y + 1.707_614_7 * cone.z, 0)
  }
}

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
