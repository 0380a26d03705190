import XAICore
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
          return Image(width: 0, height: 0, pixels: [])
        }
        let raster = Raster(size: size, pixels: pixels, noise: noise)
        raster.fill(background)
        for stroke in clutter { raster.draw(stroke) }
        for object in objects {
          var mask = [Bool](repeating: false, count: size * size)
          mask.withUnsafeMutableBufferPointer { mask in
            if let mask = mask.baseAddress { raster.draw(object, marking: mask) }
          }
          marks.append(Mask(width: size, height: size, pixels: mask))
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
