import Testing
import XAICore
import XAIRandomisation
import XAITesting

@Suite struct RandomisationTests {
  private func value(
    _ scores: [Float], _ stages: [[Float]], _ settings: [(key: String, value: String)] = []
  ) throws -> MetricValue? {
    try Randomisation(options: RandomisationOptions(settings, of: "randomisation"))
      .measure(maps: stages, for: MetricSubject(scores: scores))
  }

  private let stages: [[Float]] = [[1, 2, 3, 4, 5], [2, 1, 5, 4, 3], [5, 4, 3, 2, 1]]

  @Test("a point a stage, and their mean")
  func mean() throws {
    let value = try #require(try value([1, 2, 3, 4, 5], stages))
    #expect(value.curve?.x == [1, 2, 3])
    #expect(zip(value.curve?.y ?? [], [1, 0.5, -1]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(value.number - 0.5 / 3) < 1e-12)
  }

  @Test("or the last stage, with the same points")
  func last() throws {
    let value = try #require(try value([1, 2, 3, 4, 5], stages, [("summary", "last")]))
    #expect(value.number == -1 && value.curve?.y.count == 3)
  }

  @Test("without signs, a map turned negative is the same")
  func absolute() throws {
    let scores: [Float] = [1, -2, 3, -4]
    #expect(try value(scores, [scores.map { -$0 }])?.number == -1)
    #expect(try value(scores, [scores.map { -$0 }], [("absolute", "true")])?.number == 1)
  }

  @Test("a map that no weight changes is 1, as is one that is the same everywhere")
  func insensitive() throws {
    #expect(try value([1, 2, 3], [[1, 2, 3], [1, 2, 3]])?.number == 1)
    #expect(try value([2, 2, 2], [[1, 2, 3], [3, 1, 2]])?.number == 1)
    #expect(try value([1, 2, 3], [[0, 0, 0]])?.number == 0)
  }

  @Test("without other models there is no value")
  func absent() throws {
    #expect(try value([1, 2, 3], []) == nil)
  }

  @Test(
    "a map is asked for at each stage, of the image, class and explainer as they are", arguments: [1, 12])
  func requests(layers: Int) throws {
    var subject = try MetricSubject(scores: [1, 2, 3])
    subject.layerCount = layers
    guard case .ask(let logits, let maps, 0, _) = Randomisation().plan(for: subject) else {
      Issue.record("it asks for nothing")
      return
    }
    #expect(logits.count == 0 && maps.allSatisfy { $0.classIndex == nil })
    let stages = layers == 1 ? [0, 1, 2] : [0, 3, 7, 10, 13]
    #expect(maps.map(\.model) == stages.map { .randomised(stage: $0) })
  }
}
