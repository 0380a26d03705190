import XAICore
import XAIFoundation

/// Colours that go together and keep objects apart from what is behind them.
///
/// Every colour of an object differs in lightness from every colour behind it by at least 0.14. Nothing here depends on
/// the class of an object.
struct Palette: Sendable {
  /// The lightness of the background, within ±0.07.
  let ground: Float
  /// The hue of the background.
  let groundHue: SIMD2<Float>

  /// Chooses a dark or a light background.
  init(from random: inout SeededRandom) {
    ground = random.chance(0.5) ? random.uniform(0.30...0.50) : random.uniform(0.78...0.93)
    groundHue = Self.hue(at: ground, from: &random)
  }

  /// Any hue, except for yellows in the dark, which are mud.
  private static func hue(at lightness: Float, from random: inout SeededRandom) -> SIMD2<Float> {
    var hue = random.direction()
    while lightness < 0.62, hue.y > 0.6 { hue = random.direction() }
    return hue
  }

  private var isDark: Bool { ground < 0.6 }

  /// Colours of the background: of similar lightness, of hues that may differ.
  func groundColours(from random: inout SeededRandom) -> (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) {
    let chroma = random.uniform(0.03...0.13)
    let spread = random.uniform(0.2...1.2)
    func tint(_ random: inout SeededRandom) -> SIMD4<Float> {
      Tint(
        lightness: ground + random.uniform(-0.07...0.07), chroma: chroma * random.uniform(0.5...1.4),
        hue: near(groundHue, spread, &random)
      ).rgb
    }
    return (tint(&random), tint(&random), tint(&random))
  }

  /// A colour for what lies behind objects: to be told from the background, and on its side of the objects' lightness.
  func clutterColour(from random: inout SeededRandom) -> SIMD4<Float> {
    let away: Float = isDark ? -1 : 1
    let step = random.chance(0.7) ? random.uniform(0.02...0.14) : -random.uniform(0.04...0.06)
    return Tint(
      lightness: min(ground + away * step, 0.97), chroma: random.uniform(0.05...0.17),
      hue: random.direction()
    ).rgb
  }

  /// Any colour, for what lies apart from the objects.
  func freeColour(from random: inout SeededRandom) -> SIMD4<Float> {
    Tint(
      lightness: random.uniform(0.3...0.95), chroma: random.uniform(0.05...0.2), hue: random.direction()
    ).rgb
  }

  /// Three colours of an object and one of its rim.
  func objectColours(
    from random: inout SeededRandom
  ) -> (paint: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>), rim: SIMD4<Float>) {
    let lightness =
      isDark ? random.uniform((ground + 0.30)...0.92) : random.uniform(0.42...(ground - 0.30))
    var hue = Self.hue(at: lightness, from: &random)
    while (hue * groundHue).sum() > 0.8 { hue = Self.hue(at: lightness, from: &random) }
    let chroma = random.chance(0.93) ? random.uniform(0.13...0.24) : random.uniform(0...0.05)
    let spread = random.uniform(0.2...1)
    func tint(_ step: Float, _ random: inout SeededRandom) -> SIMD4<Float> {
      Tint(
        lightness: min(lightness + step, 0.97), chroma: chroma * random.uniform(0.7...1.2),
        hue: near(hue, spread, &random)
      ).rgb
    }
    let step: Float = random.chance(0.5) ? 0.07 : -0.07
    return ((tint(-step, &random), tint(step, &random), tint(0, &random)), tint(1.2 * step, &random))
  }

  /// A hue beside another: the wider the spread, the farther.
  private func near(
    _ hue: SIMD2<Float>, _ spread: Float, _ random: inout SeededRandom
  ) -> SIMD2<Float> {
    let moved = hue + spread * random.uniform() * random.direction()
    let length = (moved * moved).sum().squareRoot()
    return length > 0.1 ? moved / length : hue
  }
}
