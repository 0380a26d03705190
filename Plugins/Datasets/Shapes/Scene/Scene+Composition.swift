import XAICore
import XAIFoundation

extension ShapeClass {
  /// One class, or several that all differ.
  ///
  /// They are the first thing that a scene takes from its numbers, so that a label is known without drawing it.
  static func drawn(_ count: Int, from random: inout SeededRandom) -> [ShapeClass] {
    var left = allCases
    return (0..<count).map { _ in left.remove(at: random.below(left.count)) }
  }
}

extension Scene {
  /// Composes a scene with one object or two; `clutter` multiplies what lies around.
  init(objects count: Int, clutter: Float, from random: inout SeededRandom) {
    let shapes = ShapeClass.drawn(count, from: &random)
    let palette = Palette(from: &random)
    self.init(background: .background(of: palette, from: &random), clutter: [], objects: [])
    let circles = count == 1 ? [Circle.alone(from: &random)] : Circle.apart(from: &random)
    objects = zip(shapes, circles).map { shape, circle in
      SceneObject(shape, in: circle, of: palette, from: &random)
    }
    self.clutter = Stroke.clutter(amount: clutter, around: circles, of: palette, from: &random)
  }
}

/// Where an object is and how far it reaches.
struct Circle: Sendable {
  let centre: SIMD2<Float>
  let radius: Float

  /// Anywhere in the image, of a diameter from 0.30 to 0.64.
  static func alone(from random: inout SeededRandom) -> Circle {
    placed(radius: random.uniform(0.15...0.32), from: &random)
  }

  /// Two that do not touch, of diameters from 0.30 to 0.46.
  static func apart(from random: inout SeededRandom) -> [Circle] {
    let radii = (random.uniform(0.15...0.23), random.uniform(0.15...0.23))
    // One try in ten succeeds even for the largest; what does not in 100 goes to opposite corners.
    for _ in 0..<100 {
      let first = placed(radius: radii.0, from: &random)
      let second = placed(radius: radii.1, from: &random)
      if first.gap(to: second) > 0.03 { return [first, second] }
    }
    return [
      Circle(centre: SIMD2(repeating: radii.0), radius: radii.0),
      Circle(centre: SIMD2(repeating: 1 - radii.1), radius: radii.1),
    ]
  }

  /// Beyond the edge of the image lies at most a twentieth of the radius.
  private static func placed(radius: Float, from random: inout SeededRandom) -> Circle {
    let margin = 0.95 * radius
    return Circle(
      centre: SIMD2(random.uniform(margin...(1 - margin)), random.uniform(margin...(1 - margin))),
      radius: radius)
  }

  /// How far it is to another circle; negative when they overlap.
  func gap(to other: Circle) -> Float {
    let offset = other.centre - centre
    return (offset * offset).sum().squareRoot() - radius - other.radius
  }
}

extension SceneObject {
  /// Makes an object of a class.
  ///
  /// Everything but its outline is chosen without regard to the class.
  init(_ shape: ShapeClass, in circle: Circle, of palette: Palette, from random: inout SeededRandom) {
    let colours = palette.objectColours(from: &random)
    let pattern = Self.patterns[random.below(Self.patterns.count)]
    // About four to seven repeats across an object of any size.
    let repeats = pattern == .gradient ? 0.5 : pattern == .cloud ? 1.5 : random.uniform(2.2...3.6)
    self.init(
      outline: Outline(
        shape: shape, fullness: random.uniform(), rounding: max(0, random.uniform(-0.06...0.12))),
      centre: circle.centre, radius: circle.radius, direction: random.direction(),
      paint: Paint(
        pattern, colours.paint, origin: circle.centre, direction: random.direction(),
        frequency: repeats / circle.radius),
      rim: colours.rim, rimWidth: random.chance(0.35) ? random.uniform(0.08...0.14) : 0)
  }

  private static let patterns: [Paint.Pattern] = [
    .plain, .plain, .gradient, .gradient, .stripes, .checks, .dots, .cloud,
  ]
}

extension Paint {
  /// A background; none of its patterns has closed figures, which could pass for an object.
  static func background(of palette: Palette, from random: inout SeededRandom) -> Paint {
    let patterns: [Pattern] = [.cloud, .cloud, .gradient, .stripes, .contours, .facets]
    let pattern = patterns[random.below(patterns.count)]
    let frequency: Float =
      switch pattern {
      case .gradient: random.uniform(0.7...1.1)
      case .stripes: random.uniform(3...8)
      case .contours: random.uniform(1.5...3)
      default: random.uniform(2...6)
      }
    // Noise repeats only after 64 cells: any of its places will do as the origin.
    var paint = Paint(
      pattern, palette.groundColours(from: &random),
      origin: pattern == .gradient ? SIMD2(0.5, 0.5) : -8 * random.point(), direction: random.direction(),
      frequency: frequency)
    if pattern == .facets {
      for line in 0..<4 {
        let (normal, point) = (random.direction(), random.point())
        paint.lines.x[line] = normal.x
        paint.lines.y[line] = normal.y
        paint.lines.offset[line] = (normal * point).sum()
      }
    }
    return paint
  }
}
