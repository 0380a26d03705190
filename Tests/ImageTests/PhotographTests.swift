import Foundation
import Testing
import XAIFoundation

@testable import XAIImage

private let dataFolder = ProcessInfo.processInfo.environment["XAI_DATA"]

@Suite(.enabled(if: dataFolder != nil, "XAI_DATA names no data folder")) struct PhotographTests {
  private func path(_ name: String) -> String { "\(dataFolder ?? "")/images/photos/\(name)" }

  @Test("JPEG photographs decode to the bytes of Pillow", arguments: Golden.shared.photos.keys.sorted())
  func decoding(name: String) throws {
    #expect(try SHA256.text(RGBImage(contentsOf: path(name)).pixels) == Golden.shared.photos[name])
  }
}
