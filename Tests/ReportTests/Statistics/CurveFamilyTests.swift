import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

@Suite struct CurveFamilyTests {
  @Test("each point is the mean over maps, with a band around it")
  func means() throws {
    let results = try SyntheticResults(imageCount: 9, hasThumbnails: false).make()
    let section = try #require(
      try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).sections.first)
    #expect(section.curves.map(\.metric.specification) == ["insertion", "deletion"])
    for family in section.curves {
      let metric = try #require(results.experiment.metrics.firstIndex(of: family.metric))
      for (explainer, points) in family.curves.enumerated() {
        #expect(points.count == 29)
        for (place, point) in points.enumerated() {
          let values = results.images.flatMap(\.subjects).compactMap {
            $0.maps[explainer].values[metric]?.curve?.y[place]
          }
          #expect(abs(point.y.mean - values.reduce(0, +) / 9) < 1e-12)
          let interval = try #require(point.y.interval)
          #expect(interval.low <= point.y.mean + 1e-12 && point.y.mean <= interval.high + 1e-12)
        }
      }
    }
  }

  @Test("long curves keep both ends and evenly spread points", arguments: [2, 61, 62, 225, 1000])
  func thinning(count: Int) throws {
    let places = CurveFamily.chosenPlaces(of: count)
    #expect(places.first == 0 && places.last == count - 1)
    #expect(places.count == min(count, CurveFamily.pointLimit))
    let steps = zip(places.dropFirst(), places).map { $0 - $1 }
    #expect(try #require(steps.max()) - #require(steps.min()) <= 1)
  }
}
