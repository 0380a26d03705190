/// A bent line with round ends: what all clutter is made of, from specks to blobs.
struct Stroke: Sendable {
  /// Where it starts, bends and ends, in the image of side 1.
  let start, bend, end: SIMD2<Float>
  /// Half its width.
  let radius: Float
  /// How far its edge fades; 0 for a sharp one.
  let softness: Float
  let colour: SIMD4<Float>
  let opacity: Float

  /// The radius of a circle around the bend in which all of it lies.
  var reach: Float {
    max(length(start - bend), length(end - bend)) + radius + softness / 2
  }

  /// How far a point is outside; negative inside.
  @inline(__always)
  func distance(_ point: SIMD2<Float>) -> Float {
    min(distance(point, from: start, to: bend), distance(point, from: bend, to: end)).squareRoot() - radius
  }

  @inline(__always)
  private func distance(_ point: SIMD2<Float>, from start: SIMD2<Float>, to end: SIMD2<Float>) -> Float {
    let (along, offset) = (end - start, point - start)
    let square = max((along * along).sum(), 1e-12)
    let beside = offset - min(max((along * offset).sum() / square, 0), 1) * along
    return (beside * beside).sum()
  }
}

@inline(__always)
private func length(_ vector: SIMD2<Float>) -> Float { (vector * vector).sum().squareRoot() }
