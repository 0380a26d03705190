import Foundation
import Testing
import XAICore
import XAIFoundation

@testable import XAIShapes

/// What a scene promises beside the masks: contrast, and that nothing but the shape tells the class.
@Suite struct SceneTests {
  static let scenes: [Scene] = (0..<4_000).map { index in
    var random = SeededRandom(seed: 31, UInt64(index))
    return Scene(objects: 1, clutter: 1, from: &random)
  }

  @Test("an object is lighter than all that is behind it, or darker, by at least 0.14")
  func contrast() {
    for (index, scene) in Self.scenes.enumerated() {
      let object = scene.objects[0]
      let circle = Circle(centre: object.centre, radius: object.radius)
      let behind = scene.clutter.filter {
        circle.gap(to: Circle(centre: $0.bend, radius: $0.reach)) <= 0.02
      }
      let own = (object.paint.colours + [object.rim]).map(lightness)
      let others = (scene.background.colours + behind.map(\.colour)).map(lightness)
      let gap = max(own.min()! - others.max()!, others.min()! - own.max()!)
      #expect(gap > 0.14, "scene \(index): \(own) on \(others)")
    }
  }

  @Test("colour, place, size and rotation say nothing about the class")
  func noLeak() {
    var sums = [[Double]](repeating: [Double](repeating: 0, count: 12), count: 8)
    var counts = [Double](repeating: 0, count: 8)
    let features = Self.scenes.map { scene -> [Double] in
      let object = scene.objects[0]
      let (paint, ground) = (object.paint.first, scene.background.first)
      return [
        paint.x, paint.y, paint.z, ground.x, ground.y, ground.z, object.centre.x, object.centre.y,
        object.radius, object.direction.x, object.rimWidth, Float(scene.clutter.count),
      ].map(Double.init)
    }
    for (scene, values) in zip(Self.scenes, features) {
      let shape = scene.objects[0].outline.shape.rawValue
      counts[shape] += 1
      for (feature, value) in values.enumerated() { sums[shape][feature] += value }
    }
    for feature in 0..<12 {
      let values = features.map { $0[feature] }
      let mean = values.reduce(0, +) / 4_000
      let standardDeviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4_000).squareRoot()
      for shape in 0..<8 {
        // Four and a half standard errors of the mean of a class.
        let error = abs(sums[shape][feature] / counts[shape] - mean)
        #expect(
          error < 4.5 * standardDeviation / counts[shape].squareRoot(), "feature \(feature), class \(shape)")
      }
    }
  }

  @Test("objects lie in the image but for a twentieth of their radius, in the sizes that are documented")
  func places() {
    for scene in Self.scenes {
      let object = scene.objects[0]
      #expect((0.15...0.32).contains(object.radius))
      for coordinate in [object.centre.x, object.centre.y] {
        #expect(coordinate >= 0.949 * object.radius && coordinate <= 1 - 0.949 * object.radius)
      }
      #expect(abs((object.direction * object.direction).sum() - 1) < 1e-5)
    }
  }

  @Test("clutter with an edge is smaller than any object, and can be turned off")
  func clutter() {
    for scene in Self.scenes {
      for stroke in scene.clutter where stroke.softness == 0 {
        #expect(stroke.radius <= 0.032)
        // The longest is a thin line, the longest thick one a blob half the size of the smallest object.
        #expect(stroke.reach < (stroke.radius < 0.014 ? 0.18 : 0.105))
      }
    }
    var random = SeededRandom(seed: 32)
    #expect(Scene(objects: 2, clutter: 0, from: &random).clutter.isEmpty)
    #expect(Self.scenes.allSatisfy { $0.clutter.count <= 28 })
  }

  /// The lightness of OKLab, from red, green and blue with a square root for a curve.
  private func lightness(_ colour: SIMD4<Float>) -> Double {
    let light = (0..<3).map { pow(Double(colour[$0]), 2) }
    let (r, g, b) = (light[0], light[1], light[2])
    let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
  }
}

extension Paint {
  var colours: [SIMD4<Float>] { [first, second, third] }
}
