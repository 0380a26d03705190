import XAIImage

/// The pixels that a scene is drawn on: red, green and blue from 0 to 1, rows from top to bottom.
struct Raster {
  let size: Int
  let pixels: UnsafeMutablePointer<SIMD4<Float>>
  let noise: UnsafePointer<SIMD2<Float>>

  /// The side of a pixel, in the image of side 1.
  private var pixel: Float { 1 / Float(size) }

  /// Covers everything.
  func fill(_ paint: Paint) {
    let pixel = pixel
    for row in 0..<size {
      let y = (Float(row) + 0.5) * pixel
      for column in 0..<size {
        let point = SIMD2((Float(column) + 0.5) * pixel, y)
        pixels[row * size + column] = paint.colour(at: point, pixel: pixel, noise: noise)
      }
    }
  }

  /// Lays a stroke over what is there.
  func draw(_ stroke: Stroke) {
    let pixel = pixel
    let fade = 1 / (stroke.softness + pixel)
    let margin = stroke.radius + (stroke.softness + pixel) / 2
    let least = pointwiseMin(pointwiseMin(stroke.start, stroke.bend), stroke.end) - margin
    let most = pointwiseMax(pointwiseMax(stroke.start, stroke.bend), stroke.end) + margin
    let columns = covered(least.x, most.x)
    for row in covered(least.y, most.y) {
      let y = (Float(row) + 0.5) * pixel
      for column in columns {
        let point = SIMD2((Float(column) + 0.5) * pixel, y)
        let share = 0.5 - stroke.distance(point) * fade
        guard share > 0 else { continue }
        let coverage = min(share, 1)
        blend(stroke.colour, coverage * coverage * (3 - 2 * coverage) * stroke.opacity, row, column)
      }
    }
  }

  /// Lays an object over what is there and marks the pixels of which it covers at least half.
  ///
  /// The coverage of a pixel is ½ less the distance of its centre from the outline, in pixels, within 0 and 1.
  func draw(_ object: SceneObject, marking mask: UnsafeMutablePointer<Bool>) {
    let pixel = pixel
    let (radius, direction) = (object.radius, object.direction)
    let reach = radius + pixel
    let perPixel = radius / pixel
    let columns = covered(object.centre.x - reach, object.centre.x + reach)
    for row in covered(object.centre.y - reach, object.centre.y + reach) {
      let y = (Float(row) + 0.5) * pixel
      for column in columns {
        let point = SIMD2((Float(column) + 0.5) * pixel, y)
        let offset = point - object.centre
        guard (offset * offset).sum() < reach * reach else { continue }
        let turned = SIMD2(
          offset.x * direction.x + offset.y * direction.y, offset.y * direction.x - offset.x * direction.y)
        let distance = object.outline.distance(turned / radius)
        let coverage = min(0.5 - distance * perPixel, 1)
        guard coverage > 0 else { continue }
        var colour = object.paint.colour(at: point, pixel: pixel, noise: noise)
        if object.rimWidth > 0 {
          let share = min(max((distance + object.rimWidth) * perPixel + 0.5, 0), 1)
          colour += share * (object.rim - colour)
        }
        blend(colour, coverage, row, column)
        if coverage >= 0.5 { mask[row * size + column] = true }
      }
    }
  }

  /// The image in 8 bits.
  func image() -> RGBImage {
    RGBImage(width: size, height: size) { bytes in
      for index in 0..<size * size {
        // Scalars: the conversion of whole vectors is a call into the standard library, ten times as slow.
        let colour = pixels[index]
        bytes[3 * index] = UInt8(min(max(colour.x, 0), 1) * 255 + 0.5)
        bytes[3 * index + 1] = UInt8(min(max(colour.y, 0), 1) * 255 + 0.5)
        bytes[3 * index + 2] = UInt8(min(max(colour.z, 0), 1) * 255 + 0.5)
      }
    }
  }

  @inline(__always)
  private func blend(_ colour: SIMD4<Float>, _ share: Float, _ row: Int, _ column: Int) {
    let index = row * size + column
    pixels[index] += share * (colour - pixels[index])
  }

  /// The rows or columns that lie between two coordinates at least in part.
  private func covered(_ least: Float, _ most: Float) -> Range<Int> {
    let first = min(max(Int((least * Float(size)).rounded(.down)), 0), size)
    let last = min(max(Int((most * Float(size)).rounded(.up)), first), size)
    return first..<last
  }
}
