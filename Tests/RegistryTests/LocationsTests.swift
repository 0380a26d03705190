import Foundation
import Testing
import XAI
import XAITesting

/// Files by URL, as by paths.
@Suite struct LocationsTests {
  let demo = PluginFolder.root.appendingPathComponent("Examples/Demo")

  @Test("loads a model and reads an image by URL")
  func reading() throws {
    let model = try loadModel(demo.appendingPathComponent("model"))
    #expect(model.descriptor.name == "model")
    let file = demo.appendingPathComponent("scenes/heart-and-ring.png")
    let image = try RGBImage(contentsOf: file)
    #expect(try image == RGBImage(contentsOf: file.path))
    #expect(try image == RGBImage(decoding: Data(contentsOf: file)))
  }

  @Test("writes where the URL says, whatever characters its path has")
  func writing() throws {
    let folder = try TemporaryImages()
    let file = URL(fileURLWithPath: folder.path("ä b%20?#.png"))
    let image = RGBImage(width: 3, height: 2, filledWith: Colour(1, 2, 3))
    try image.write(to: file)
    #expect(try RGBImage(contentsOf: folder.path("ä b%20?#.png")) == image)
    #expect(try RGBImage(contentsOf: file) == image)
  }

  @Test("an address of the network is refused by name")
  func network() throws {
    let address = try #require(URL(string: "https://example.org/cat.png"))
    #expect(throws: FileError.notAFile(address: "https://example.org/cat.png")) {
      try RGBImage(contentsOf: address)
    }
    #expect(throws: FileError.notAFile(address: "https://example.org/cat.png")) { try loadModel(address) }
    #expect(throws: FileError.notAFile(address: "https://example.org/cat.png")) {
      try RGBImage(width: 1, height: 1, filledWith: Colour(0, 0, 0)).write(to: address)
    }
  }
}
