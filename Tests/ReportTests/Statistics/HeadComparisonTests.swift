import Testing
import XAICore
import XAIEvaluation
import XAIFoundation

@testable import XAIReport

@Suite struct HeadComparisonTests {
  private func comparison(weights: [[[Float]]], effects: [[[Float]]]) throws -> HeadComparison? {
    var small = SmallResults(values: Array(repeating: [[1], [1]], count: weights.count))
    small.headWeights = weights
    small.headEffects = effects
    return try small.section().heads.first
  }

  @Test("weights in the order of the effects correlate by 1, reversed ones by −1, and layers count alike")
  func known() throws {
    let weights: [[Float]] = [[0.1, 0.2, 0.7], [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]
    let effects: [[Float]] = [[-1, 0, 4], [-1, 0, 4], [0, 2, 1]]
    let found = try #require(
      try comparison(weights: [weights, weights, weights], effects: [effects, effects, effects]))
    #expect(found.layers.map { $0?.value } == [1, -1, 0.5])
    #expect(abs(try #require(found.overall).value - 0.5 / 3) < 1e-12)
    #expect(found.layers[0]?.interval == ConfidenceInterval(low: 1, high: 1), "every resample is the same")
    #expect(found.subjectCount == 3)
  }

  @Test("the means over images are correlated, not the images one by one")
  func means() throws {
    let found = try #require(
      try comparison(
        weights: [[[0.9, 0.1]], [[0.3, 0.7]], [[0.6, 0.4]]], effects: [[[0, 5]], [[9, 0]], [[1, 1]]]))
    #expect(zip(found.weights[0], [0.6, 0.4]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(found.effects[0], [10.0 / 3, 2]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(found.layers[0]?.value == 1)
  }

  @Test("one head a layer orders nothing; without effects there is nothing to compare")
  func nothing() throws {
    let found = try #require(try comparison(weights: [[[1]], [[1]]], effects: [[[2]], [[3]]]))
    #expect(found.layers == [nil] && found.overall == nil)
    #expect(try comparison(weights: [[[1]]], effects: []) == nil)
  }

  @Test("weights and effects of other heads are not compared")
  func shapes() throws {
    #expect(try comparison(weights: [[[0.5, 0.5]]], effects: [[[1, 2, 3]]]) == nil)
  }

  @Test("of images one by one it is the comparison of all at once, and no image keeps what its heads do")
  func streamed() throws {
    var random = SeededRandom(seed: 5)
    func heads() -> [[Float]] { (0..<2).map { _ in (0..<3).map { _ in random.uniform() } } }
    var results = SmallResults(values: Array(repeating: [[1], [1]], count: 9))
    results.headWeights = (0..<9).map { _ in heads() }
    results.headEffects = (0..<9).map { _ in heads() }
    // The first image is of other heads than its effects are, which drops it.
    results.headEffects[0] = [[1, 2], [3, 4]]
    let section = try results.section()
    let found = try #require(section.heads.last)
    // All columns by image: weights, then effects.
    var columns = ClusteredValues(imageCount: 9)
    for numbers in [results.headWeights, results.headEffects] {
      for place in 0..<6 {
        columns.append((0..<9).map { $0 == 0 ? [] : [Double(numbers[$0][place / 3][place % 3])] })
      }
    }
    func correlations(_ means: [Double]) -> [Double] {
      let layers = (0..<2).map { layer -> Double in
        let (weights, effects) = (means[layer * 3..<layer * 3 + 3], means[6 + layer * 3..<9 + layer * 3])
        return rankCorrelation(weights.map { Float($0) }, effects.map { Float($0) }) ?? .nan
      }
      return layers + [layers.reduce(0, +) / 2]
    }
    var replicates: [[Double]] = [[], [], []]
    Bootstrap.rough.forEachResample(of: columns) { means in
      for (index, value) in correlations(means).enumerated() { replicates[index].append(value) }
    }
    let expected = correlations((0..<12).map { columns.mean($0) ?? .nan })
    #expect(found.layers.map { $0?.value } + [found.overall?.value] == expected)
    #expect(
      found.layers.map { $0?.interval } + [found.overall?.interval]
        == replicates.map { ConfidenceInterval(percentilesOf: $0) })
    #expect(found.subjectCount == 8)
    for image in section.images {
      for subject in image.subjects {
        #expect(subject.headEffects == nil)
        #expect(subject.maps.allSatisfy { $0.diagnostics == Diagnostics() })
      }
    }
  }
}
