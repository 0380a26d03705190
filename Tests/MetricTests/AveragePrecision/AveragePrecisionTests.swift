import Testing
import XAIAveragePrecision
import XAICore
import XAIFoundation
import XAITesting

@Suite struct AveragePrecisionTests {
  /// Precision and recall of the pixels that are at least as high as each distinct value, counted anew for each.
  private func naive(_ map: [Float], _ object: [Bool]) -> Double {
    var (sum, before) = (0.0, 0.0)
    for value in Set(map).sorted(by: >) {
      let picked = map.indices.filter { map[$0] >= value }
      let hits = Double(picked.count { object[$0] })
      let recall = hits / Double(object.count { $0 })
      sum += (recall - before) * hits / Double(picked.count)
      before = recall
    }
    return sum * 100
  }

  @Test("the formula in full, with and without equal pixels", arguments: [2, 5, 1000])
  func formula(_ levels: Float) throws {
    var random = SeededRandom(seed: 8)
    for _ in 0..<10 {
      var subject = try EvidenceModel().subject { _, _ in (random.uniform() * levels).rounded(.down) / levels
      }
      let object = (0..<256).map { _ in random.uniform() < 0.3 }
      subject.objects = [ObjectRegion(classIndex: 1, pixels: object)]
      let value = try #require(try AveragePrecision().measure([], for: subject)).number
      #expect(abs(value - naive(subject.map, object)) < 1e-9)
    }
  }

  @Test("a perfect map gets 100, a constant or reversed one the object's share of the image")
  func identities() throws {
    #expect(try AveragePrecision().measure([], for: EvidenceModel().perfectSubject())?.number == 100)
    #expect(try AveragePrecision().measure([], for: EvidenceModel().reversedSubject())?.number == 50)
    let constant = try EvidenceModel().subject { _, _ in 0 }
    #expect(try AveragePrecision().measure([], for: constant)?.number == 50)
  }

  @Test("the order of equal pixels does not matter")
  func ties() throws {
    var subject = try EvidenceModel().subject { row, _ in row < 8 ? 1 : 0 }
    let values = try [0, 8, 120].map { first in
      subject.objects = [
        ObjectRegion(classIndex: 1, pixels: (0..<256).map { (first..<first + 8).contains($0) })
      ]
      return try #require(try AveragePrecision().measure([], for: subject)).number
    }
    #expect(values == [6.25, 6.25, 6.25])
  }

  @Test("an image without an object of the class has no value")
  func absent() throws {
    var subject = try EvidenceModel().perfectSubject()
    subject.objects.removeFirst()
    #expect(try AveragePrecision().measure([], for: subject) == nil)
  }
}
