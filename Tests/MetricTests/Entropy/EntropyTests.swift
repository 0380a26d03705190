import Foundation
import Testing
import XAICore
import XAIEntropy
import XAIFoundation
import XAITesting

@Suite struct EntropyTests {
  private func value(_ scores: [Float], _ scale: ScoreScale = .absolute) throws -> Double? {
    var options = EntropyOptions()
    options.scores = scale
    return try Entropy(options: options).measure([], for: MetricSubject(scores: scores))?.number
  }

  @Test("one patch is 0, all alike is 1, two of four are a half", arguments: ScoreScale.allCases)
  func identities(_ scale: ScoreScale) throws {
    #expect(try value([0, 0, 5, 0], scale) == 0)
    for level: Float in [0, 3, -3] { #expect(try value([level, level, level, level], scale) == 1) }
    #expect(try abs(#require(try value([0, 5, 5, 0], scale)) - 0.5) < 1e-12)
  }

  @Test("the formula in full")
  func naive() throws {
    var random = SeededRandom(seed: 10)
    let scores = (0..<49).map { _ in random.normal() }
    let shares = scores.map { Double(abs($0)) / scores.map { Double(abs($0)) }.reduce(0, +) }
    let expected = shares.map { -$0 * log($0) }.reduce(0, +) / log(49)
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
