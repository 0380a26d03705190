import Foundation

@testable import XAIShapes

/// The shapes as `docs/datasets/shapes.md` defines them: points with angles, and whether a point lies in between.
struct NaiveShape {
  typealias Point = (x: Double, y: Double)

  let outline: Outline

  private var fullness: Double { Double(outline.fullness) }
  private var rounding: Double { Double(outline.rounding) }

  /// Whether the edge is so close to a point that the rounding of numbers decides on which side it lies.
  func isAtEdge(_ point: Point, tolerance: Double) -> Bool {
    let inside = contains(point)
    return (0..<16).contains { step in
      let angle = Double(step) * .pi / 8
      return contains((point.x + tolerance * cos(angle), point.y + tolerance * sin(angle))) != inside
    }
  }

  /// Whether a point lies in the shape.
  func contains(_ point: Point) -> Bool {
    let radius = hypot(point.x, point.y)
    switch outline.shape {
    case .disc: return radius <= 0.9
    case .ring: return radius <= 0.92 && radius >= 0.92 - (0.36 + 0.10 * fullness)
    case .crescent: return radius <= 0.96 && hypot(point.x - 0.44, point.y) >= 0.80 - 0.10 * fullness
    case .heart:
      // Along the axis from the lower corner, and across, in diagonals of the square.
      let (along, across) = (0.63 + 0.632 * point.x, abs(0.632 * point.y))
      return abs(along - 0.5) + across <= 0.5 || hypot(along - 0.75, across - 0.25) <= 0.125.squareRoot()
    case .square: return isInPolygon(point, star(points: 4, inner: 0.5.squareRoot()))
    case .triangle: return isInPolygon(point, star(points: 3, inner: 0.5))
    case .star: return isInPolygon(point, star(points: 5, inner: 0.42 + 0.10 * fullness))
    case .cross:
      let half = 0.25 + 0.08 * fullness
      let arm = (1 - half * half).squareRoot()
      let corners = (0..<4).flatMap { turn -> [Point] in
        [(arm, -half), (arm, half), (half, half)].map { rotated($0, by: Double(turn) * .pi / 2) }
      }
      return isInPolygon(point, corners)
    }
  }

  /// Corners at radius 1 and halfway between them at another.
  private func star(points: Int, inner: Double) -> [Point] {
    (0..<2 * points).map { index in
      let angle = Double(index) * .pi / Double(points)
      let radius = index % 2 == 0 ? 1 : inner
      return (radius * cos(angle), radius * sin(angle))
    }
  }

  private func rotated(_ point: Point, by angle: Double) -> Point {
    (point.x * cos(angle) - point.y * sin(angle), point.x * sin(angle) + point.y * cos(angle))
  }

  /// Whether a point lies in a polygon shrunk by the rounding, or no farther from it than that.
  private func isInPolygon(_ point: Point, _ corners: [Point]) -> Bool {
    let shrunk: [Point] = corners.map { ($0.x * (1 - rounding), $0.y * (1 - rounding)) }
    var inside = false
    for (start, end) in zip(shrunk, shrunk[1...] + shrunk[..<1]) {
      // A ray to the right crosses the edge.
      if (start.y > point.y) != (end.y > point.y),
        point.x < start.x + (point.y - start.y) / (end.y - start.y) * (end.x - start.x)
      {
        inside.toggle()
      }
      let (alongX, alongY) = (end.x - start.x, end.y - start.y)
      let share =
        ((point.x - start.x) * alongX + (point.y - start.y) * alongY) / (alongX * alongX + alongY * alongY)
      let held = min(max(share, 0), 1)
      let gap = hypot(point.x - start.x - held * alongX, point.y - start.y - held * alongY)
      if gap <= rounding { return true }
    }
    return inside
  }
}
