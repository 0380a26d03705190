import Foundation
import Testing

@testable import XAIImage

private let dataFolder = ProcessInfo.processInfo.environment["XAI_DATA"]

@Suite(.enabled(if: dataFolder != nil, "XAI_DATA names no data folder")) struct PhotographTests {
  private func path(_ name: String) -> String { "\(dataFolder ?? "")/images/photos/\(name)" }

  @Test("JPEG photographs decode to the bytes of Pillow", arguments: Golden.shared.photos.keys.sorted())
  func decoding(name: String) throws {
    #expect(try sha256(Image(contentsOf: path(name)).pixels) == Golden.shared.photos[name])
  }

  @Test("A photograph becomes a model input in some milliseconds", arguments: ResamplingFilter.allCases)
  func speed(filter: ResamplingFilter) throws {
    let preprocessing = Preprocessing(
      resize: .shortestEdge(248), filter: filter,
      crop: .init(height: 224, width: 224, rounding: .halfToEven))
    let clock = ContinuousClock()
    var decoding: Duration = .zero
    var rest: Duration = .zero
    for name in Golden.shared.photos.keys {
      let start = clock.now
      let image = try Image(contentsOf: path(name))
      decoding += clock.now - start
      rest += try clock.measure { _ = try preprocessing.tensor(from: image) }
    }
    let count = Golden.shared.photos.count
    print("\(filter): decoding \(decoding / count), resizing and normalising \(rest / count) a photograph")
    // Generous, for unoptimised builds on slow machines; a quadratic slip would still show.
    #expect((decoding + rest) / count < .milliseconds(500))
  }
}
