import Testing
import XAICore
import XAIFoundation
import XAISparsity
import XAITesting

@Suite struct SparsityTests {
  private func value(_ scores: [Float], _ scale: ScoreScale = .absolute) throws -> Double? {
    var options = SparsityOptions()
    options.scores = scale
    return try Sparsity(options: options).measure([], for: MetricSubject(scores: scores))?.number
  }

  @Test("all alike is 0, one patch of N is 1 − 1/N", arguments: ScoreScale.allCases)
  func identities(_ scale: ScoreScale) throws {
    for level: Float in [0, 3, -3] { #expect(try value([level, level, level, level], scale) == 0) }
    #expect(try value([0, 0, 5, 0], scale) == 0.75)
  }

  @Test("the index as it is defined: half the mean difference over the mean")
  func naive() throws {
    var random = SeededRandom(seed: 11)
    let scores = (0..<49).map { _ in random.normal() }
    let amounts = scores.map { Double(abs($0)) }
    let differences = amounts.flatMap { a in amounts.map { abs(a - $0) } }.reduce(0, +)
    let expected = differences / (2 * 49 * amounts.reduce(0, +))
    #expect(try abs(#require(try value(scores)) - expected) < 1e-12)
  }

  @Test("signs do not matter to absolute scores, nor scale and offset to scaled ones")
  func invariance() throws {
    let scores: [Float] = [1, -2, 4, 0.5]
    #expect(try value(scores) == value(scores.map { -2 * $0 }))
    let moved = try #require(try value(scores.map { 4 * $0 + 16 }, .scaled))
    #expect(try abs(#require(try value(scores, .scaled)) - moved) < 1e-6)
  }

  @Test("one patch alone has no value")
  func single() throws {
    #expect(try value([3]) == nil)
  }
}
