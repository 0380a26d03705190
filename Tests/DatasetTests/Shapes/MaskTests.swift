import Testing
import XAICore
import XAIFoundation
import XAIImage

@testable import XAIShapes

/// Masks and boxes against the image and against the shapes written a second time.
@Suite struct MaskTests {
  @Test("a mask is the pixels whose centres lie in the shape", arguments: ShapeClass.allCases)
  func oracle(_ shape: ShapeClass) throws {
    var random = SeededRandom(seed: 21, UInt64(shape.rawValue))
    var unsure = 0
    for _ in 0..<40 {
      var scene = Scene(objects: 1, clutter: 0, from: &random)
      let object = scene.objects[0]
      let outline = Outline(
        shape: shape, fullness: object.outline.fullness, rounding: object.outline.rounding)
      scene.objects = [object.with(outline)]
      let mask = try #require(scene.sample(size: 64, label: nil).objects[0].mask)
      let naive = NaiveShape(outline: outline)
      var wrong: [NaiveShape.Point] = []
      let (c, s) = (Double(object.direction.x), Double(object.direction.y))
      for index in 0..<64 * 64 {
        let x = (Double(index % 64) + 0.5) / 64 - Double(object.centre.x)
        let y = (Double(index / 64) + 0.5) / 64 - Double(object.centre.y)
        let (along, across) = (x * c + y * s, y * c - x * s)
        let point = (along / Double(object.radius), across / Double(object.radius))
        guard naive.contains(point) != mask.pixels[index] else { continue }
        if naive.isAtEdge(point, tolerance: 1e-4) { unsure += 1 } else { wrong.append(point) }
      }
      #expect(wrong.isEmpty, "\(outline)")
    }
    #expect(unsure < 40)
  }

  @Test("no point of a shape lies outside its circle", arguments: ShapeClass.allCases)
  func circle(_ shape: ShapeClass) {
    var random = SeededRandom(seed: 22)
    for _ in 0..<4_000 {
      let outline = Outline(
        shape: shape, fullness: random.uniform(), rounding: random.uniform(0...0.12))
      #expect(outline.distance(1.0001 * random.direction()) > 0)
    }
  }

  @Test("another colour of an object changes its pixels and those of its soft edge, and no other")
  func colour() throws {
    for index in 0..<60 {
      var random = SeededRandom(seed: 23, UInt64(index))
      var scene = Scene(objects: 1 + index % 2, clutter: 1, from: &random)
      let before = scene.sample(size: 64, label: nil)
      let mask = try #require(before.objects[0].mask)
      let opposite = SIMD4<Float>(repeating: scene.objects[0].paint.first.x > 0.5 ? 0 : 1)
      scene.objects[0].paint = Paint(
        .plain, (opposite, opposite, opposite), origin: .zero, direction: SIMD2(1, 0), frequency: 1)
      scene.objects[0].rim = opposite
      let after = scene.sample(size: 64, label: nil)
      var wrong: [[Int]] = []
      for y in 0..<64 {
        for x in 0..<64 {
          let pixel = (y * 64 + x) * 3
          let changed = before.image.pixels[pixel..<pixel + 3] != after.image.pixels[pixel..<pixel + 3]
          // The tips of a crescent become thinner than a pixel: there the edge runs on beyond the mask.
          let reach = before.objects[0].classIndex == ShapeClass.crescent.rawValue ? 2 : 1
          if mask.pixels[y * 64 + x] ? !changed : changed && !mask.isNear(x, y, within: reach) {
            wrong.append([x, y])
          }
        }
      }
      #expect(wrong.isEmpty, "scene \(index)")
      #expect(after.objects == before.objects)
    }
  }

  @Test("a box is that of its mask, of a size that a person sees", arguments: ["train", "pairs"])
  func boxes(_ name: String) throws {
    let split = try Shapes().split(name)
    for index in 0..<500 {
      for object in try split.sample(index).objects {
        let (box, mask) = (try #require(object.box), try #require(object.mask))
        #expect(box == mask.box)
        #expect((12...42).contains(max(box.width, box.height)), "\(name) \(index): \(box)")
        #expect(mask.pixels.count { $0 } >= 60)
      }
    }
  }

  @Test("objects of a pair differ in class, don't touch, and leave the scene without a label")
  func pairs() throws {
    let split = try Shapes().split("pairs")
    var counts = [Int](repeating: 0, count: 8)
    for index in 0..<500 {
      let sample = try split.sample(index)
      #expect(sample.label == nil && split.label(index) == nil)
      try #require(sample.objects.count == 2)
      #expect(sample.objects[0].classIndex != sample.objects[1].classIndex)
      let masks = try sample.objects.map { try #require($0.mask) }
      let touching = (0..<64 * 64).count {
        masks[0].pixels[$0] && masks[1].isNear($0 % 64, $0 / 64)
      }
      #expect(touching == 0, "scene \(index)")
      for object in sample.objects { counts[object.classIndex] += 1 }
    }
    // 1,000 objects: mean 125, deviation 10; four and a half of them.
    for count in counts { #expect((80...170).contains(count), "\(counts)") }
  }
}

extension Mask {
  /// Whether a pixel of the object is at most so many columns and rows away.
  func isNear(_ x: Int, _ y: Int, within reach: Int = 1) -> Bool {
    (max(0, y - reach)...min(height - 1, y + reach)).contains { row in
      (max(0, x - reach)...min(width - 1, x + reach)).contains { pixels[row * width + $0] }
    }
  }
}

extension SceneObject {
  /// The same object of another class.
  func with(_ outline: Outline) -> SceneObject {
    SceneObject(
      outline: outline, centre: centre, radius: radius, direction: direction, paint: paint, rim: rim,
      rimWidth: rimWidth)
  }
}
