import Testing
import XAICore
import XAIFoundation
import XAIObjectEnergy
import XAITesting

@Suite struct ObjectEnergyTests {
  @Test("all of it, nothing of it, and half of it")
  func identities() throws {
    #expect(try ObjectEnergy().measure([], for: EvidenceModel().perfectSubject())?.number == 100)
    #expect(try ObjectEnergy().measure([], for: EvidenceModel().reversedSubject())?.number == 0)
    let even = try EvidenceModel().subject { row, _ in row < 4 ? 1 : 0 }
    #expect(try ObjectEnergy().measure([], for: even)?.number == 50)
  }

  @Test("the formula in full: the share of the sum")
  func naive() throws {
    var random = SeededRandom(seed: 6)
    for _ in 0..<10 {
      var subject = try EvidenceModel().subject { _, _ in random.uniform() }
      let object = (0..<256).map { _ in random.uniform() < 0.3 }
      subject.objects = [ObjectRegion(classIndex: 1, pixels: object)]
      let inside = zip(subject.map, object).filter { $0.1 }.map { Double($0.0) }.reduce(0, +)
      let expected = inside / subject.map.map { Double($0) }.reduce(0, +) * 100
      let value = try #require(try ObjectEnergy().measure([], for: subject)).number
      #expect(abs(value - expected) < 1e-9)
    }
  }

  @Test("a constant map gets the object's share of the image", arguments: [Float(0), 0.3, 1])
  func constant(_ level: Float) throws {
    var subject = try EvidenceModel().subject { _, _ in level }
    subject.objects = [ObjectRegion(classIndex: 1, pixels: (0..<256).map { $0 < 64 })]
    let value = try #require(try ObjectEnergy().measure([], for: subject)).number
    #expect(abs(value - 25) < 1e-9)
  }

  @Test("a pixel of two objects of the class counts once")
  func overlap() throws {
    var subject = try EvidenceModel().subject { _, _ in 1 }
    let left = ObjectRegion(classIndex: 1, pixels: (0..<256).map { $0 % 16 < 8 })
    subject.objects = [left, left]
    #expect(try ObjectEnergy().measure([], for: subject)?.number == 50)
  }

  @Test("an image without an object of the class has no value")
  func absent() throws {
    var subject = try EvidenceModel().perfectSubject()
    subject.objects.removeFirst()
    #expect(try ObjectEnergy().measure([], for: subject) == nil)
    subject.objects = []
    #expect(try ObjectEnergy().measure([], for: subject) == nil)
  }
}
