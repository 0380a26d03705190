import Testing
import XAIClassLocalisation
import XAICore
import XAIFoundation
import XAITesting

@Suite struct ClassLocalisationTests {
  private func subject(
    _ regions: [(classIndex: Int, pixels: Range<Int>)], map: (_ pixel: Int) -> Float
  ) throws -> MetricSubject {
    var subject = try EvidenceModel().subject { map($0 * 16 + $1) }
    subject.objects = regions.map { region in
      ObjectRegion(classIndex: region.classIndex, pixels: (0..<256).map(region.pixels.contains))
    }
    return subject
  }

  @Test("all on the class, all on the other, and nothing or the same on both")
  func identities() throws {
    let model = EvidenceModel()
    #expect(try ClassLocalisation().measure([], for: model.perfectSubject())?.number == 100)
    #expect(try ClassLocalisation().measure([], for: model.reversedSubject())?.number == 0)
    for level: Float in [0, 1] {
      #expect(try ClassLocalisation().measure([], for: model.subject { _, _ in level })?.number == 50)
    }
  }

  @Test("sizes do not matter: a map that is even on both gets 50")
  func area() throws {
    let subject = try subject([(1, 0..<4), (0, 100..<200)]) { $0 < 4 || (100..<200).contains($0) ? 0.75 : 0 }
    #expect(try ClassLocalisation().measure([], for: subject)?.number == 50)
  }

  @Test("the formula in full: means over the pixels of either side alone")
  func naive() throws {
    var random = SeededRandom(seed: 9)
    let noise = (0..<256).map { _ in random.uniform() }
    // 40..<60 belong to both; two objects of other classes are one side.
    let subject = try subject([(1, 10..<60), (0, 40..<90), (7, 200..<210)]) { noise[$0] }
    func mean(_ pixels: [Int]) -> Double {
      pixels.map { Double(noise[$0]) }.reduce(0, +) / Double(pixels.count)
    }
    let (own, foreign) = (mean(Array(10..<40)), mean(Array(60..<90) + Array(200..<210)))
    let value = try #require(try ClassLocalisation().measure([], for: subject)).number
    #expect(abs(value - own / (own + foreign) * 100) < 1e-9)
  }

  @Test("a map that is the same for both classes gets 50 in the mean over them")
  func agnostic() throws {
    var random = SeededRandom(seed: 10)
    let noise = (0..<256).map { _ in random.uniform() }
    let values = try [(1, 0), (0, 1)].map { first, second in
      let subject = try subject([(first, 0..<30), (second, 90..<200)]) { noise[$0] }
      return try #require(try ClassLocalisation().measure([], for: subject)).number
    }
    #expect(abs(values[0] + values[1] - 100) < 1e-9 && values[0] != 50)
  }

  @Test("without two classes, the asked one among them, there is no value; nor without pixels of its own")
  func absent() throws {
    for regions in [[], [(1, 0..<9)], [(0, 0..<9), (2, 20..<29)], [(1, 5..<9), (0, 0..<20)]] {
      #expect(try ClassLocalisation().measure([], for: subject(regions) { _ in 1 }) == nil)
    }
  }
}
