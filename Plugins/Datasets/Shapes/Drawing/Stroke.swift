import XAICore
import XAIFoundation

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

extension Stroke {
  /// Soft spots, blobs, strokes and specks, in this order from back to front.
  ///
  /// All are far smaller or softer than an object.
  /// What comes to lie behind an object has a colour that differs from it; what lies apart from all may have any.
  static func clutter(
    amount: Float, around circles: [Circle], of palette: Palette, from random: inout SeededRandom
  ) -> [Stroke] {
    var strokes: [Stroke] = []
    for form in [Form.spot, .blob, .line, .speck] {
      let usual = random.uniform(form.count)
      for _ in 0..<Int((usual * amount).rounded()) {
        let shape = form.shape(from: &random)
        let reach = Circle(centre: shape.bend, radius: shape.reach)
        let isApart = circles.allSatisfy { $0.gap(to: reach) > 0.02 }
        let colour =
          isApart && form != .spot && random.chance(0.5)
          ? palette.freeColour(from: &random) : palette.clutterColour(from: &random)
        strokes.append(shape.coloured(colour))
      }
    }
    return strokes
  }

  private func coloured(_ colour: SIMD4<Float>) -> Stroke {
    Stroke(
      start: start, bend: bend, end: end, radius: radius, softness: softness, colour: colour,
      opacity: opacity)
  }

  private enum Form {
    case spot, blob, line, speck

    /// From how few to how many there are.
    var count: ClosedRange<Float> {
      switch self {
      case .spot: 0...3
      case .blob: 0...5
      case .line: 1...6
      case .speck: 2...14
      }
    }

    func shape(from random: inout SeededRandom) -> Stroke {
      switch self {
      case .spot:
        // As soft as it is wide: without an edge.
        let radius = random.uniform(0.05...0.14)
        return bent(0, radius: radius, softness: 2 * radius, opacity: 0.6, from: &random)
      case .blob:
        return bent(
          random.uniform(0.03...0.06), radius: random.uniform(0.02...0.032), softness: 0, opacity: 1,
          from: &random)
      case .line:
        return bent(
          random.uniform(0.05...0.14), radius: random.uniform(0.006...0.013), softness: 0, opacity: 1,
          from: &random)
      case .speck:
        return bent(0, radius: random.uniform(0.007...0.017), softness: 0, opacity: 1, from: &random)
      }
    }

    /// Two arms of about this length from a point, at an obtuse angle: a blob with a sharp bend would be a small heart.
    private func bent(
      _ arm: Float, radius: Float, softness: Float, opacity: Float, from random: inout SeededRandom
    ) -> Stroke {
      let (middle, along) = (random.point(), random.direction())
      let across = random.uniform(-0.5...0.5) * SIMD2(-along.y, along.x)
      return Stroke(
        start: middle + arm * (along + across), bend: middle,
        end: middle - arm * random.uniform(0.5...1) * (along - across), radius: radius,
        softness: softness, colour: .zero, opacity: opacity)
    }
  }
}
