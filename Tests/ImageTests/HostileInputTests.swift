import Foundation
import Testing

@testable import XAIImage

/// Damaged and malicious files: an error or an image, never a crash, a hang or memory without bound.
@Suite struct HostileInputTests {
  static let corpus = Golden.shared.decoded.keys.sorted()

  @Test("Every truncation is an error", arguments: corpus)
  func truncation(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let step = max(bytes.count / 150, 1)
    for count in Array(stride(from: 0, to: bytes.count, by: step)) + [bytes.count - 1] {
      #expect(throws: ImageError.self, "\(count) of \(bytes.count) bytes") {
        try RGBImage(decoding: Array(bytes.prefix(count)))
      }
    }
  }

  @Test("Flipped bytes give an image or an error", arguments: corpus)
  func flips(name: String) throws {
    let bytes = try Fixture.bytes(name)
    expectImagesOrErrors(fromDamaged: bytes, rounds: 120)
  }

  @Test(
    "A header that lies about the extent costs no more than the limit",
    arguments: ["rgb8.png", "rgb-420.jpg"])
  func lyingHeader(name: String) throws {
    var bytes = try Fixture.bytes(name)
    if name.hasSuffix("png") {
      bytes.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])  // 65536 × 65536
      bytes.replaceSubrange(29..<33, with: crc32(bytes[12..<29]))
    } else {
      let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
      bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])  // 65500 × 65500
    }
    let error = #expect(throws: ImageError.self) { try RGBImage(decoding: bytes) }
    guard case .tooManyPixels(_, let width, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(width >= 65500)
  }

  @Test("Sides of zero are refused")
  func zeroSides() throws {
    for offset in [16, 20] {
      var bytes = try Fixture.bytes("rgb8.png")
      bytes.replaceSubrange(offset..<offset + 4, with: [0, 0, 0, 0])
      bytes.replaceSubrange(29..<33, with: crc32(bytes[12..<29]))
      #expect(throws: ImageError.self) { try RGBImage(decoding: bytes) }
    }
    var bytes = try Fixture.bytes("rgb-420.jpg")
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(frame + 5..<frame + 7, with: [0, 0])
    #expect(throws: ImageError.self) { try RGBImage(decoding: bytes) }
  }

  @Test("A progressive file of endless scans is stopped")
  func scans() throws {
    let bytes = try Fixture.bytes("rgb-444-progressive.jpg")
    let scan = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    let next = try #require(
      bytes.indices.first { $0 > scan && bytes[$0] == 0xFF && ![0x00, 0xFF].contains(bytes[$0 + 1]) })
    let many = bytes[..<scan] + repeatElement(bytes[scan..<next], count: 2000).joined() + bytes[next...]
    let error = #expect(throws: ImageError.self) { try RGBImage(decoding: Array(many)) }
    #expect(
      error
        == .corrupt(
          file: "image", format: .jpeg, reason: "more scans than an image of its size needs"))
  }

  @Test("Text chunks that inflate without end are skipped")
  func inflatingText() throws {
    let bytes = try Fixture.bytes("rgb8.png")
    // A zTXt chunk of 60 kB of zeros where deflated data should stand, and one that claims two gigabytes.
    let chunk = Array("zTXt".utf8) + Array("key\0\0".utf8) + [UInt8](repeating: 0, count: 60_000)
    let text = [0, 0, 0xEA, 0x65] + chunk + crc32(chunk[...])
    let image = try RGBImage(decoding: Array(bytes[..<33] + text + bytes[33...]))
    #expect(try image == Fixture.scene())
    let claim: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF] + Array("zTXt".utf8)
    #expect(throws: ImageError.self) { try RGBImage(decoding: Array(bytes[..<33] + claim + bytes[33...])) }
  }

  @Test("A damaged orientation leaves the image as it is")
  func orientation() throws {
    let bytes = try Fixture.bytes("oriented6.jpg")
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("Exif".utf8)) })
    // The mark, the TIFF header, and a directory of one entry.
    for offset in start..<start + 6 + 8 + 2 + 12 + 4 {
      for value in [0, 0x7F, 0xFF] as [UInt8] {
        var damaged = bytes
        damaged[offset] = value
        let image = try RGBImage(decoding: damaged)
        #expect([[7, 5], [5, 7]].contains([image.width, image.height]))
      }
    }
  }

  /// The checksum of a PNG chunk, big-endian.
  private func crc32(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return (0..<4).map { UInt8(truncatingIfNeeded: ~crc >> (24 - 8 * $0)) }
  }
}
