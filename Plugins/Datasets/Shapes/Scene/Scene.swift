import XAICore
import XAIFoundation
import XAIImage

/// What is to be seen, in an image of side 1: a background, clutter on it, and the objects in front.
struct Scene: Sendable {
  var background: Paint
  var clutter: [Stroke]
  var objects: [SceneObject]

  /// Draws the scene.
  func sample(size: Int, label: Int?) -> Sample {
    var marks: [Mask] = []
    let image = withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: size * size) { pixels in
      NoiseTable.values.withUnsafeBufferPointer { noise in
        guard let pixels = pixels.baseAddress, let noise = noise.baseAddress else {
          return RGBImage(width: 0, height: 0) { _ in }
        }
        let raster = Raster(size: size, pixels: pixels, noise: noise)
        raster.fill(background)
        for stroke in clutter { raster.draw(stroke) }
        for object in objects {
          var mask = [Bool](repeating: false, count: size * size)
          mask.withUnsafeMutableBufferPointer { mask in
            if let mask = mask.baseAddress { raster.draw(object, marking: mask) }
          }
          marks.append(Mask(ofSide: size, mask))
        }
        return raster.image()
      }
    }
    return Sample(
      image: image, label: label,
      objects: zip(objects, marks).map { object, mask in
        SampleObject(classIndex: object.outline.shape.rawValue, box: mask.box, mask: mask)
      })
  }
}

/// An object of a scene.
struct SceneObject: Sendable {
  let outline: Outline
  /// Where it is, in the image of side 1.
  let centre: SIMD2<Float>
  /// The radius of the circle around it.
  let radius: Float
  /// Where its own x axis points, of length 1.
  let direction: SIMD2<Float>
  var paint: Paint
  /// The colour of its rim.
  var rim: SIMD4<Float>
  /// How wide the rim is in units of the radius; 0 for none.
  let rimWidth: Float
}

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

extension SeededRandom {
  /// A number of a range, from its lower end to less than its upper one.
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number from 0 to less than `bound`.
  mutating func below(_ bound: Int) -> Int {
    index(below: bound)
  }

  /// A whole number of a range.
  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }

  /// Whether something happens that does so with this probability.
  mutating func chance(_ probability: Float) -> Bool {
    uniform() < probability
  }

  /// A vector of length 1 in any direction alike: a point of the unit disc, projected.
  ///
  /// There is no sine in it, so that the bits are the same with every C library.
  mutating func direction() -> SIMD2<Float> {
    while true {
      let point = SIMD2(uniform(-1...1), uniform(-1...1))
      let square = (point * point).sum()
      if square <= 1, square > 1e-4 { return point / square.squareRoot() }
    }
  }

  /// A point of the image.
  mutating func point() -> SIMD2<Float> {
    SIMD2(uniform(), uniform())
  }
}
