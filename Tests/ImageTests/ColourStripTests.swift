import Testing
import XAITensor

@testable import XAIImage

/// The colour bar below overlays and heat maps.
@Suite struct ColourStripTests {
  private static let map = Tensor([1, 2], [-1, 2])
  private static let styles = [
    MapStyle(scale: .symmetric(bound: 2)), MapStyle(scale: .range(-1...2), colourMap: .magma),
  ]

  private func photograph(_ width: Int, _ height: Int) -> RGBImage {
    RGBImage(width: width, height: height) { samples in
      for index in 0..<width * height * 3 { samples[index] = UInt8(index % 251) }
    }
  }

  @Test("the image is what it is without the bar, beside white where it is narrower", arguments: [400, 40])
  func image(_ width: Int) throws {
    for style in Self.styles {
      let photograph = photograph(width, 30)
      let strip = ColourStrip(belowWidth: width, height: 30, style: style)
      // Lines of 14 pixels: a half, the bar of a half, a sixth, the words, a quarter.
      #expect(strip.height == 30 + 7 + 7 + 2 + 14 + 3)
      for (whole, alone) in [
        (
          try photograph.overlaid(with: Self.map, style: style, colourBar: true),
          try photograph.overlaid(with: Self.map, style: style)
        ),
        (
          try RGBImage(map: Self.map, style: style, height: 30, width: width, colourBar: true),
          try RGBImage(map: Self.map, style: style, height: 30, width: width)
        ),
      ] {
        #expect(whole.width == strip.width && whole.height == strip.height)
        #expect(try whole.cropped(x: strip.left, y: 0, width: width, height: 30) == alone)
        for x in 0..<whole.width where x < strip.left || x >= strip.left + width {
          #expect(whole[x, 0] == Colour(255, 255, 255) && whole[x, 29] == Colour(255, 255, 255))
        }
      }
      #expect(width == 400 ? strip.width == 400 && strip.left == 0 : strip.width > 80 && strip.left > 20)
    }
  }

  @Test("the bar has the colours of the map, from end to end")
  func bar() throws {
    for style in Self.styles {
      let whole = try photograph(400, 30).overlaid(with: Self.map, style: style, colourBar: true)
      let colours = style.colourMap.colours
      #expect(whole[7, 37] == colours[0] && whole[392, 43] == colours[255])
      for x in 0..<386 { #expect(whole[7 + x, 40] == colours[(2 * x + 1) * 256 / 772], "\(x)") }
      for (x, y) in [(6, 40), (393, 40), (200, 36), (200, 44)] {
        #expect(whole[x, y] == Colour(255, 255, 255))
      }
    }
  }

  @Test("under it are against, 0 and for, or lowest and highest, at both ends and in the middle")
  func words() throws {
    for (style, places) in zip(Self.styles, [[7..<60, 190..<210, 330..<393], [7..<60, 330..<393]]) {
      let whole = try photograph(400, 30).overlaid(with: Self.map, style: style, colourBar: true)
      let dark = (0..<400).filter { x in (46..<60).contains { whole[x, $0].red < 160 } }
      for place in places { #expect(dark.count(where: place.contains) >= 2, "\(place) of \(dark)") }
      #expect(dark.allSatisfy { x in places.contains { $0.contains(x) } }, "\(dark)")
      // The words begin and end with the bar.
      #expect((dark.first ?? 0) <= 9 && (dark.last ?? 0) >= 390)
    }
  }
}
