import Testing
import XAITensor

@testable import XAIImage

@Suite struct HeatMapTests {
  /// A style with linear colours, so that naive formulas can foretell them.
  private func style(
    _ scale: ColourScale, alpha: Double = 0.5, upsampling: MapStyle.Upsampling = .bilinear
  ) -> MapStyle {
    MapStyle(scale: scale, colourMap: .grey, alpha: alpha, upsampling: upsampling)
  }

  @Test("Each value takes its colour")
  func map() throws {
    let image = try RGBImage(
      map: Tensor([2, 3], [0, 0.25, 0.5, 0.75, 1, 2]), scale: .range(0...1), colourMap: .turbo)
    #expect(image.width == 3 && image.height == 2)
    let colours = ColourMap.turbo.colours
    #expect(image[0, 0] == colours[0])
    #expect(image[1, 0] == colours[64])
    #expect(image[2, 0] == colours[128])
    #expect(image[0, 1] == colours[192])
    #expect(image[1, 1] == colours[255])
    #expect(image[2, 1] == colours[255])
  }

  @Test("Zero takes the middle colour of signed values, and the bound the ends")
  func signed() throws {
    let colours = ColourMap.coolwarm.colours
    let map = Tensor([1, 3], [-2, 0, 1])
    let image = try RGBImage(map: map, scale: .centred(map))
    #expect(image[0, 0] == colours[0] && image[1, 0] == colours[128] && image[2, 0] == colours[192])
    let bounded = try RGBImage(map: Tensor([1, 2], [-2, 1]), scale: .symmetric(bound: 1))
    #expect(bounded[0, 0] == colours[0] && bounded[1, 0] == colours[255])
    let zeros = Tensor(repeating: 0, [2, 2])
    #expect(
      try RGBImage(map: zeros, scale: .centred(zeros))
        == RGBImage(width: 2, height: 2, filledWith: colours[128]))
  }

  @Test("Positions and strengths are those of the formulas", arguments: [Float(-7), -2, -0.5, 0, 1, 2, 9])
  func scales(value: Float) {
    let range = ColourScale.range(-2...6)
    #expect(abs(range.position(of: value) - min(max((value + 2) / 8, 0), 1)) < 1e-6)
    #expect(range.strength(of: value) == 1)
    let symmetric = ColourScale.symmetric(bound: 4)
    #expect(abs(symmetric.position(of: value) - min(max((value + 4) / 8, 0), 1)) < 1e-6)
    #expect(symmetric.strength(of: value) == min(abs(value) / 4, 1))
    #expect(symmetric.position(of: -value) == 1 - symmetric.position(of: value))
  }

  @Test("Scales of the largest floats and of none stay finite")
  func extremes() {
    let largest = Float.greatestFiniteMagnitude
    #expect(ColourScale.range(-largest...largest).position(of: 0) == 0.5)
    #expect(ColourScale.symmetric(bound: largest).position(of: largest) == 1)
    #expect(ColourScale.range(3...3).position(of: 3) == 0)
    #expect(ColourScale.symmetric(bound: 0).position(of: 0) == 0.5)
    #expect(ColourScale.symmetric(bound: 0).strength(of: 0) == 0)
  }

  @Test("An overlay mixes image and colours in proportion")
  func overlay() throws {
    let scene = try Fixture.scene()
    let map = Tensor([47, 61], (0..<47 * 61).map { Float($0) / Float(47 * 61 - 1) })
    let coloured = try RGBImage(map: map, scale: .range(0...1))
    func overlaid(_ alpha: Double) throws -> RGBImage {
      try scene.overlaid(with: map, style: MapStyle(scale: .range(0...1), alpha: alpha))
    }
    #expect(try overlaid(0) == scene)
    #expect(try overlaid(1) == coloured)
    let mixed = try overlaid(0.4)
    for index in scene.pixels.indices {
      let exact = 0.6 * Double(scene.pixels[index]) + 0.4 * Double(coloured.pixels[index])
      #expect(abs(Double(mixed.pixels[index]) - exact) <= 0.51)
    }
  }

  @Test("A signed overlay is on a grey image, leaves zero grey, and covers by size")
  func signedOverlay() throws {
    let below = RGBImage(width: 5, height: 1, filledWith: Colour(10, 200, 90))
    let map = Tensor([1, 5], [-4, -1, 0, 2, 4])
    let image = try below.overlaid(
      with: map, style: MapStyle(scale: .centred(map), colourMap: .redBlue, alpha: 0.8))
    // 0.299·10 + 0.587·200 + 0.114·90: the image is grey, and all colour is the map's.
    let luma = 131
    #expect(image[2, 0] == Colour(UInt8(luma), UInt8(luma), UInt8(luma)))
    for (x, value) in [-4, -1, 0, 2, 4].enumerated() {
      let colour = ColourMap.redBlue.colours[min(Int((Double(value) + 4) / 8 * 256), 255)]
      let weight = 0.8 * Double(abs(value)) / 4
      for (mixed, (low, high)) in zip(
        [image[x, 0].red, image[x, 0].green, image[x, 0].blue],
        [(luma, colour.red), (luma, colour.green), (luma, colour.blue)])
      {
        #expect(abs(Double(mixed) - ((1 - weight) * Double(low) + weight * Double(high))) <= 0.51)
      }
    }
  }

  @Test("A coarse map is interpolated to the image")
  func coarse() throws {
    let scene = try Fixture.scene()
    let map = Tensor([2, 2], [0, 1, 1, 0])
    let fine = BilinearUpsampling(height: 47, width: 61)(map)
    let (coarse, exact) = (
      try scene.overlaid(with: map, style: style(.range(0...1))),
      try scene.overlaid(with: fine, style: style(.range(0...1), upsampling: .nearest))
    )
    // One table entry where rounding puts a value on the other side of its edge.
    #expect(zip(coarse.pixels, exact.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  @Test("Nearest gives each pixel the value that it lies in, and a grid draws lines between values")
  func blocks() throws {
    let map = Tensor([2, 3], [0, 1, 2, 3, 4, 5])
    let nearest = try RGBImage(
      map: map, style: style(.range(0...5), upsampling: .nearest), height: 20, width: 30)
    let grid = try RGBImage(map: map, style: style(.range(0...5), upsampling: .grid), height: 20, width: 30)
    for y in 0..<20 {
      for x in 0..<30 {
        let value = Float(y / 10 * 3 + x / 10) / 5
        #expect(nearest[x, y] == ColourMap.grey.colour(of: value))
        let isLine = x == 10 || x == 20 || y == 10
        #expect(grid[x, y] == (isLine ? .unseen : ColourMap.grey.colour(of: value)))
      }
    }
    // Values of five pixels are too small for lines.
    let small =
      (try RGBImage(map: map, style: style(.range(0...5), upsampling: .grid), height: 10, width: 15))
    #expect(
      try small
        == RGBImage(map: map, style: style(.range(0...5), upsampling: .nearest), height: 10, width: 15))
  }

  @Test("Maps that aren't finite or no maps are refused")
  func refuse() {
    #expect(throws: FigureError.notFinite(figure: "map", row: 1, column: 0)) {
      try RGBImage(map: Tensor([2, 2], [0, 1, .nan, 1]), scale: .range(0...1))
    }
    #expect(throws: FigureError.notFinite(figure: "map", row: 0, column: 1)) {
      try RGBImage(width: 1, height: 1, filledWith: .black)
        .overlaid(with: Tensor([1, 2], [0, .infinity]), style: style(.range(0...1)))
    }
    #expect(throws: FigureError.self) { try RGBImage(map: Tensor([4], [0, 1, 2, 3]), scale: .range(0...1)) }
    #expect(throws: FigureError.self) { try RGBImage(map: Tensor([0, 3], []), scale: .range(0...1)) }
  }
}
