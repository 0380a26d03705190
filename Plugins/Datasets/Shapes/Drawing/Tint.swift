/// A colour by lightness, chroma and hue, in which equal steps look about equal: OKLCh.
///
/// Source: Ottosson 2020, "A perceptual color space for image processing".
struct Tint: Sendable {
  /// From 0, black, to 1, white.
  var lightness: Float
  /// From 0, grey, to about 0.3.
  var chroma: Float
  /// The direction of the hue, of length 1.
  var hue: SIMD2<Float>

  /// Red, green and blue from 0 to 1, with less chroma where the screen has no such colour: the lightness, and with it the
  /// contrast, stays.
  var rgb: SIMD4<Float> {
    var chroma = chroma
    for _ in 0..<8 {
      let colour = linear(chroma: chroma)
      if colour.min() >= 0, colour.max() <= 1 { return colour.squareRoot() }
      chroma *= 0.8
    }
    return linear(chroma: 0).clamped(lowerBound: .zero, upperBound: .one).squareRoot()
  }

  // Linear light. The square root of it then stands for the curve of sRGB: both machines and C libraries agree on it.
  private func linear(chroma: Float) -> SIMD4<Float> {
    let (a, b) = (chroma * hue.x, chroma * hue.y)
    let root = SIMD3(
      lightness + 0.396_337_8 * a + 0.215_803_76 * b, lightness - 0.105_561_346 * a - 0.063_854_17 * b,
      lightness - 0.089_484_18 * a - 1.291_485_5 * b)
    let cone = root * root * root
    return SIMD4(
      4.076_741_7 * cone.x - 3.307_711_6 * cone.y + 0.230_969_94 * cone.z,
      -1.268_438 * cone.x + 2.609_757_4 * cone.y - 0.341_319_38 * cone.z,
      -0.004_196_086_3 * cone.x - 0.703_418_6 * cone.y + 1.707_614_7 * cone.z, 0)
  }
}
