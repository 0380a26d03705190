import Testing
import XAICore
import XAIImage
import XAIShapes

/// The same bytes, whoever asks, how often and on how many threads.
@Suite struct DeterminismTests {
  @Test("several threads draw the same scenes")
  func threads() async throws {
    let split = try Shapes().split("train")
    let expected = try (0..<64).map { checksum(try split.sample($0)) }
    try await withThrowingTaskGroup(of: [UInt32].self) { group in
      for _ in 0..<4 {
        group.addTask { try (0..<64).map { checksum(try split.sample($0)) } }
      }
      for try await sums in group { #expect(sums == expected) }
    }
  }

  @Test("the scenes are those that they were, on every machine")
  func regression() throws {
    let expected: [(split: String, checksum: UInt32)] = [
      ("train", 1_127_747_981), ("validation", 3_657_958_968), ("pairs", 456_629_152),
    ]
    for (name, value) in expected {
      let split = try Shapes().split(name)
      let sums = try (0..<32).map { checksum(try split.sample($0)) }
      let bytes = sums.flatMap { sum in (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) } }
      #expect(checksum(bytes) == value, "\(name): \(checksum(bytes))")
    }
  }

  @Test("a scene does not depend on how many there are", arguments: ["train", "validation", "pairs"])
  func countIndependence(_ name: String) throws {
    let few = try Shapes(options: options("train=8,validation=8,pairs=8")).split(name)
    let many = try Shapes(options: options("train=800,validation=900,pairs=1000")).split(name)
    for index in 0..<8 {
      #expect(try few.sample(index).image == many.sample(index).image)
      #expect(few.identifier(index) == many.identifier(index))
    }
  }

  @Test("no scene occurs twice, within a split or in two of them or with another seed")
  func disjoint() throws {
    var seen = Set<[UInt8]>()
    for seed in [0, 1, -1] {
      let dataset = Shapes(options: try options("size=16,seed=\(seed)"))
      for name in dataset.splitNames {
        let split = try dataset.split(name)
        for index in 0..<500 { #expect(seen.insert(try split.sample(index).image.pixels).inserted) }
      }
    }
    #expect(seen.count == 3 * 4 * 500)
  }

  @Test("another size is the same scene")
  func size() throws {
    let coarse = try Shapes(options: options("size=32")).split("pairs")
    let fine = try Shapes(options: options("size=128")).split("pairs")
    for index in 0..<40 {
      let (small, large) = (try coarse.sample(index), try fine.sample(index))
      for (object, other) in zip(small.objects, large.objects) {
        #expect(object.classIndex == other.classIndex)
        var wrong: [[Int]] = []
        let (mask, finer) = (try #require(object.mask), try #require(other.mask))
        for y in 0..<32 {
          for x in 0..<32 {
            let inside = (0..<16).count { finer.pixels[(4 * y + $0 / 4) * 128 + 4 * x + $0 % 4] }
            if inside == (mask.pixels[y * 32 + x] ? 0 : 16) { wrong.append([x, y]) }
          }
        }
        #expect(wrong.isEmpty, "scene \(index)")
      }
    }
  }
}

/// CRC-32 (ISO 3309) of the image and the masks.
func checksum(_ sample: Sample) -> UInt32 {
  checksum(sample.image.pixels + sample.objects.flatMap { ($0.mask?.pixels ?? []).map { $0 ? 1 : 0 } })
}

/// CRC-32 (ISO 3309), bit by bit.
func checksum(_ bytes: [UInt8]) -> UInt32 {
  var remainder = UInt32.max
  for byte in bytes {
    remainder ^= UInt32(byte)
    for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
  }
  return ~remainder
}
