/// The outline of an object in its own coordinates: it lies within the unit circle and is not turned.
struct Outline: Sendable {
  /// What it is.
  let shape: ShapeClass
  /// Where between its slimmest and its plumpest form it lies, 0 to 1; for star, cross, ring and crescent.
  let fullness: Float
  /// The radius of the corners; for square, triangle, star and cross.
  let rounding: Float

  /// How far a point is outside; negative inside.
  @inline(__always)
  func distance(_ point: SIMD2<Float>) -> Float {
    switch shape {
    case .disc: return length(point) - 0.9
    case .ring:
      // Width of the band from 0.36 to 0.46, around the outer radius 0.92.
      let half = 0.18 + 0.05 * fullness
      return abs(length(point) - (0.92 - half)) - half
    case .crescent:
      return crescent(point, bite: 0.80 - 0.10 * fullness)
    case .heart: return heart(point)
    case .square: return rounded(point) { edge(fold4($0), SIMD2(1, 0), SIMD2(0.5, 0.5)) }
    case .triangle: return rounded(point) { edge(fold3($0), SIMD2(1, 0), 0.5 * Fold.sixty) }
    case .star:
      let inner = 0.42 + 0.10 * fullness
      return rounded(point) { edge(fold5($0), SIMD2(1, 0), inner * Fold.thirtySix) }
    case .cross:
      let half = 0.25 + 0.08 * fullness
      return rounded(point) { cross(fold4($0), half: half) }
    }
  }

  /// The shape shrunk by the radius of the corners and grown again, which rounds what points outwards.
  @inline(__always)
  private func rounded(_ point: SIMD2<Float>, _ sharp: (SIMD2<Float>) -> Float) -> Float {
    let scale = 1 - rounding
    return scale * sharp(point / scale) - rounding
  }
}

@inline(__always)
private func length(_ vector: SIMD2<Float>) -> Float { (vector * vector).sum().squareRoot() }

/// The signed distance from a line segment of which the inside lies to the left.
@inline(__always)
private func edge(_ point: SIMD2<Float>, _ start: SIMD2<Float>, _ end: SIMD2<Float>) -> Float {
  let (along, offset) = (end - start, point - start)
  let share = min(max((along * offset).sum() / (along * along).sum(), 0), 1)
  let distance = length(offset - share * along)
  return along.x * offset.y - along.y * offset.x > 0 ? -distance : distance
}

/// The signed distance from a cross with arms of length √(1 − half²) along the axes, of a folded point x ≥ y ≥ 0: its
/// boundary there is the end of the arm and the side of the arm.
@inline(__always)
private func cross(_ point: SIMD2<Float>, half: Float) -> Float {
  let arm = (1 - half * half).squareRoot()
  let end = SIMD2(point.x - arm, max(point.y - half, 0))
  let side = SIMD2(max(half - point.x, point.x - arm, 0), point.y - half)
  let distance = min((end * end).sum(), (side * side).sum()).squareRoot()
  return point.x < arm && point.y < half ? -distance : distance
}

/// The signed distance from a disc of radius 0.96 without another, the bite, whose centre lies 0.44 beside.
///
/// The two circles meet in the tips. Outside, where the nearest point of a circle is not on the edge, the nearest point is
/// a tip: without it the corners, which are sharp, would be drawn longer than they are.
@inline(__always)
private func crescent(_ point: SIMD2<Float>, bite: Float) -> Float {
  let (outer, centre): (Float, Float) = (0.96, 0.44)
  let beside = SIMD2(point.x - centre, abs(point.y))
  let (radius, bitten) = (length(point), length(beside))
  let distance = max(radius - outer, bite - bitten)
  let tip = (outer * outer - bite * bite + centre * centre) / (2 * centre)
  guard distance > 0 else { return distance }
  if bitten < bite {
    if centre * bitten + bite * beside.x <= tip * bitten { return bite - bitten }
  } else if outer * point.x <= tip * radius {
    return distance
  }
  return length(SIMD2(point.x - tip, abs(point.y) - (outer * outer - tip * tip).squareRoot()))
}

/// The signed distance from a heart: a square that stands on a corner, with a half disc on each of its upper sides.
///
/// With the lower corner at (0, 0) and the upper one at (0, 1), the half discs lie around (±¼, ¾) with radius √2/4, and the
/// smallest circle around all of it is that around (0, 0.63) with radius 0.632.
@inline(__always)
private func heart(_ point: SIMD2<Float>) -> Float {
  let scale: Float = 0.632
  let (x, y) = (abs(point.y) * scale, 0.63 + point.x * scale)
  if x + y > 1 {
    return (length(SIMD2(x - 0.25, y - 0.75)) - 0.353_553_4) / scale
  }
  let foot = max(x + y, 0) / 2
  let side = SIMD2(x - foot, y - foot)
  let notch = SIMD2(x, y - 1)
  let distance = min((side * side).sum(), (notch * notch).sum()).squareRoot() / scale
  return x < y ? -distance : distance
}

// MARK: - Folding

/// Directions of mirror lines: (cos, sin) of 36°, 60° and 72°.
private enum Fold {
  static let thirtySix = SIMD2<Float>(0.809_017, 0.587_785_25)
  static let sixty = SIMD2<Float>(0.5, 0.866_025_4)
  static let seventyTwo = SIMD2<Float>(0.309_017, 0.951_056_5)
}

/// The mirror image of a point to the left of a line through the origin; others stay.
@inline(__always)
private func reflect(_ point: SIMD2<Float>, _ line: SIMD2<Float>) -> SIMD2<Float> {
  let left = max(line.x * point.y - line.y * point.x, 0)
  return point + 2 * left * SIMD2(line.y, -line.x)
}

@inline(__always)
private func upper(_ point: SIMD2<Float>) -> SIMD2<Float> { SIMD2(point.x, abs(point.y)) }

/// The points of a figure with three axes of symmetry, folded to directions from 0° to 60°.
@inline(__always)
private func fold3(_ point: SIMD2<Float>) -> SIMD2<Float> {
  upper(reflect(upper(point), Fold.sixty))
}

/// The same for four axes, to directions from 0° to 45°.
@inline(__always)
private func fold4(_ point: SIMD2<Float>) -> SIMD2<Float> {
  let (x, y) = (abs(point.x), abs(point.y))
  return SIMD2(max(x, y), min(x, y))
}

/// The same for five axes, to directions from 0° to 36°.
@inline(__always)
private func fold5(_ point: SIMD2<Float>) -> SIMD2<Float> {
  reflect(upper(reflect(upper(point), Fold.seventyTwo)), Fold.thirtySix)
}
