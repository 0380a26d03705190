import Testing

@testable import XAIReport

@Suite struct ShownImagesTests {
  @Test(
    "few are all shown, many evenly and never more than the most", arguments: [1, 400, 401, 1000, 50_000])
  func choice(count: Int) {
    var shown = ShownImages()
    var kept: Set<Int> = []
    for index in 0..<count {
      kept.insert(3 * index)
      for dropped in shown.add(3 * index) { kept.remove(dropped) }
      #expect(kept.count <= ShownImages.most)
    }
    #expect(shown.count == count && kept == Set(shown.chosen) && kept.contains(0))
    #expect(count > 400 ? kept.count > 200 : kept.count == count)
    let gaps = Set(zip(shown.chosen, shown.chosen.dropFirst()).map { $1 - $0 })
    #expect(gaps.count <= 1, "\(gaps)")
  }
}
