import Testing
import XAICore
import XAIFoundation
import XAIIntersectionOverUnion
import XAITesting

@Suite struct IntersectionOverUnionTests {
  private func value(_ threshold: String, _ subject: MetricSubject) throws -> Double? {
    let options = try IntersectionOverUnionOptions([(key: "threshold", value: threshold)], of: "iou")
    return try IntersectionOverUnion(options: options).measure([], for: subject)?.number
  }

  @Test(
    "a perfect map covers the object and the reverse nothing of it", arguments: ["mean", "area", "0.5", "0"])
  func identities(_ threshold: String) throws {
    #expect(try value(threshold, EvidenceModel().perfectSubject()) == 100)
    #expect(try value(threshold, EvidenceModel().reversedSubject()) == 0)
  }

  @Test("the formula in full, by sets of pixels", arguments: ["mean", "area", "0.2", "0.7"])
  func naive(_ threshold: String) throws {
    var random = SeededRandom(seed: 7)
    for _ in 0..<10 {
      var subject = try EvidenceModel().subject { _, _ in random.uniform() }
      let object = Set((0..<256).filter { _ in random.uniform() < 0.3 })
      subject.objects = [ObjectRegion(classIndex: 1, pixels: (0..<256).map(object.contains))]
      let map = subject.map
      let picked: Set<Int> =
        switch threshold {
        case "mean":
          Set(map.indices.filter { Double(map[$0]) > map.map { Double($0) }.reduce(0, +) / 256 })
        case "area": Set(map.indices.sorted { map[$0] > map[$1] }.prefix(object.count))
        default: Set(try map.indices.filter { try Double(map[$0]) > #require(Double(threshold)) })
        }
      let expected = Double(picked.intersection(object).count) / Double(picked.union(object).count) * 100
      let found = try #require(try value(threshold, subject))
      #expect(abs(found - expected) < 1e-9)
    }
  }

  @Test("of equal pixels at the end of the highest, the expected number hits")
  func ties() throws {
    // Two pixels are above the others, one of them the object's; two of the 254 others are missing.
    var subject = try EvidenceModel().subject { row, column in row == 0 && column < 2 ? 1 : 0 }
    subject.objects = [ObjectRegion(classIndex: 1, pixels: (0..<256).map { (1...4).contains($0) })]
    let hits = 1 + 2 * 3.0 / 254
    #expect(abs(try #require(try value("area", subject)) - hits / (8 - hits) * 100) < 1e-9)
  }

  @Test("a constant map has nothing above its mean, and picks at random where it has to pick")
  func constant() throws {
    for level: Float in [0, 1, 0.3] {
      let subject = try EvidenceModel().subject { _, _ in level }
      #expect(try value("mean", subject) == 0)
      // 64 of 128 hit: 64/(256 − 64).
      #expect(abs(try #require(try value("area", subject)) - 100 / 3) < 1e-9)
    }
  }

  @Test("an image without an object of the class has no value", arguments: ["mean", "area", "0.5"])
  func absent(_ threshold: String) throws {
    var subject = try EvidenceModel().perfectSubject()
    subject.objects.removeFirst()
    #expect(try value(threshold, subject) == nil)
  }

  @Test("thresholds read back as they are written", arguments: ["mean", "area", "0", "0.25"])
  func text(_ text: String) {
    #expect(IntersectionOverUnionOptions.Threshold(optionText: text)?.optionText == text)
  }

  @Test("what is no threshold is refused", arguments: ["1", "-0.1", "median", "nan", ""])
  func refusal(_ text: String) {
    #expect(IntersectionOverUnionOptions.Threshold(optionText: text) == nil)
  }
}
