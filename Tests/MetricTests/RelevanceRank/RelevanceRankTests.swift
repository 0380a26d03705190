import Testing
import XAICore
import XAIMetrics
import XAITensor
import XAITesting

@Suite struct RelevanceRankTests {
  private func value(_ scores: [Float], _ object: [Bool]) throws -> Double? {
    var subject = try MetricSubject(scores: scores)
    subject.objects = [ObjectRegion(classIndex: 0, pixels: object)]
    return try RelevanceRank().measure([], for: subject)?.number
  }

  @Test("the share of as many highest pixels as the object has")
  func share() throws {
    #expect(try value([5, 4, 3, 2, 1], [true, true, false, false, false]) == 100)
    #expect(try value([5, 4, 3, 2, 1], [true, false, true, false, false]) == 50)
    #expect(try value([5, 4, 3, 2, 1], [false, false, false, true, true]) == 0)
    #expect(try value([1, 2], [true, true]) == 100)
  }

  @Test("of equal values at the end, the expected number counts")
  func ties() throws {
    // Two places for three equal pixels, one of which is the object's.
    let value = try #require(try value([5, 3, 3, 3, 1], [true, true, false, false, true]))
    #expect(abs(value - (1 + 2.0 / 3) / 3 * 100) < 1e-9)
    #expect(try self.value([0, 0, 0, 0], [true, false, false, false]) == 25)
  }

  @Test("it is the IoU of equal areas, read otherwise")
  func iou() throws {
    let object = [true, false, true, true, false, false, true]
    let scores: [Float] = [0.3, 0.9, 0.5, 0.1, 0.8, 0.2, 0.7]
    let rank = try #require(try value(scores, object)) / 100
    var subject = try MetricSubject(scores: scores)
    subject.objects = [ObjectRegion(classIndex: 0, pixels: object)]
    let iou = try #require(
      try Registry(plugins: builtInMetrics).metric("iou:threshold=area").measure([], for: subject)
    ).number
    #expect(abs(iou / 100 - rank / (2 - rank)) < 1e-9)
  }

  @Test("an image without the object has no value")
  func absent() throws {
    #expect(try RelevanceRank().measure([], for: MetricSubject(scores: [1, 2])) == nil)
  }
}
