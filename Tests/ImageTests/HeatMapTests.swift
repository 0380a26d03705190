import Testing
import XAITensor

@testable import XAIImage

@Suite struct HeatMapTests {
  @Test("Each value takes its colour")
  func map() throws {
    let image = try Image(map: Tensor([2, 3], [0, 0.25, 0.5, 0.75, 1, 2]), colourMap: .turbo)
    #expect(image.width == 3 && image.height == 2)
    let colours = ColourMap.turbo.colours
    #expect(image[0, 0] == colours[0])
    #expect(image[1, 0] == colours[64])
    #expect(image[2, 0] == colours[128])
    #expect(image[0, 1] == colours[192])
    #expect(image[1, 1] == colours[255])
    #expect(image[2, 1] == colours[255])
  }

  @Test("Zero takes the middle colour of a signed map, and the bound its ends")
  func signed() throws {
    let colours = ColourMap.coolwarm.colours
    let image = try Image(signedMap: Tensor([1, 3], [-2, 0, 1]))
    #expect(image[0, 0] == colours[0] && image[1, 0] == colours[128] && image[2, 0] == colours[192])
    let bounded = try Image(signedMap: Tensor([1, 2], [-2, 1]), bound: 1)
    #expect(bounded[0, 0] == colours[0] && bounded[1, 0] == colours[255])
    let zeros = try Image(signedMap: Tensor(repeating: 0, [2, 2]))
    #expect(zeros == Image(width: 2, height: 2, filledWith: colours[128]))
  }

  @Test("An overlay mixes picture and colours in proportion")
  func overlay() throws {
    let scene = try Fixture.scene()
    let map = Tensor([47, 61], (0..<47 * 61).map { Float($0) / Float(47 * 61 - 1) })
    let coloured = try Image(map: map)
    #expect(try scene.overlaid(with: map, alpha: 0) == scene)
    #expect(try scene.overlaid(with: map, alpha: 1) == coloured)
    let mixed = try scene.overlaid(with: map, alpha: 0.4)
    for index in scene.pixels.indices {
      let exact = 0.6 * Double(scene.pixels[index]) + 0.4 * Double(coloured.pixels[index])
      #expect(abs(Double(mixed.pixels[index]) - exact) <= 0.51)
    }
  }

  @Test("A coarse map is interpolated to the picture")
  func coarse() throws {
    let scene = try Fixture.scene()
    let map = Tensor([2, 2], [0, 1, 1, 0])
    let fine = BilinearUpsampling(height: 47, width: 61)(map)
    #expect(try scene.overlaid(with: map) == scene.overlaid(with: fine))
  }

  @Test("Maps that aren't finite or no maps are refused")
  func refuse() {
    #expect(throws: FigureError.notFinite(figure: "map", row: 1, column: 0)) {
      try Image(map: Tensor([2, 2], [0, 1, .nan, 1]))
    }
    #expect(throws: FigureError.notFinite(figure: "signed map", row: 0, column: 1)) {
      try Image(signedMap: Tensor([1, 2], [0, .infinity]))
    }
    #expect(throws: FigureError.self) { try Image(map: Tensor([4], [0, 1, 2, 3])) }
    #expect(throws: FigureError.self) { try Image(map: Tensor([0, 3], [])) }
  }
}
