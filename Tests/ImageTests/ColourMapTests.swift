import Testing
import XAIFoundation

@testable import XAIImage

@Suite struct ColourMapTests {
  @Test("Tables are those of matplotlib", arguments: Golden.shared.colourMaps.keys.sorted())
  func tables(name: String) throws {
    let map = try #require(ColourMap(name: name))
    #expect(map.colours.count == 256)
    #expect(
      SHA256.text(map.colours.flatMap { [$0.red, $0.green, $0.blue] }) == Golden.shared.colourMaps[name])
  }

  @Test("Every map has a golden table")
  func complete() { #expect(Golden.shared.colourMaps.count == ColourMap.allCases.count) }

  @Test("Values take the colours that matplotlib gives them")
  func positions() {
    for (value, rgb) in zip(Golden.shared.colours.positions, Golden.shared.colours.viridis) {
      #expect(ColourMap.viridis.colour(of: value) == Colour(rgb[0], rgb[1], rgb[2]))
    }
    #expect(ColourMap.grey.colour(of: -3) == .black)
    #expect(ColourMap.grey.colour(of: 7) == .white)
    #expect(ColourMap.grey.colour(of: .nan) == .black)
  }

  @Test("Unknown names give nil")
  func names() {
    #expect(ColourMap(name: "gray") == .grey)
    #expect(ColourMap(name: "grey") == .grey)
    #expect(ColourMap(name: "rainbow") == nil)
  }
}
