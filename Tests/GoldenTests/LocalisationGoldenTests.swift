import Foundation
import Testing
import XAI
import XAITesting

/// Localisation, complexity and rank correlation against scikit-learn, Quantus and SciPy.
@Suite struct LocalisationGoldenTests {
  private let expected: SafetensorsFile

  init() throws {
    let path = GoldenCase.fixtures.appendingPathComponent("localisation/expected.safetensors").path
    expected = try SafetensorsFile(path: path)
  }

  /// Compares a metric with a table of the fixture, one value a map and mask, in which `transform` makes percent of it.
  private func check(
    _ metric: some Metric, against name: String, within tolerance: Float,
    _ transform: (Float) -> Float = { $0 }
  ) throws {
    let (maps, masks, table) = (
      try expected.tensor("maps"), try expected.tensor("masks"), try expected.tensor(name)
    )
    for map in 0..<table.shape[0] {
      for mask in 0..<table.shape[1] {
        let side = maps.shape[1]
        var subject = try MetricSubject(
          pixels: Tensor(repeating: 0.5, [3, side, side]),
          preprocessing: Preprocessing(resize: .exact(height: side, width: side)),
          map: maps[map].elements, classIndex: 0, probability: 1)
        subject.objects = [ObjectRegion(classIndex: 0, pixels: masks[mask].elements.map { $0 > 0 })]
        let value = try #require(try metric.measure([], for: subject)).number
        expectClose(
          [Float(value)], [transform(table[map].elements[mask])], within: tolerance,
          "\(metric.specification), map \(map), mask \(mask)")
      }
    }
  }

  @Test("Average Precision is scikit-learn's, ties included")
  func averagePrecision() throws {
    try check(AveragePrecision(), against: "average-precision", within: 1e-4)
  }

  @Test("IoU above the mean is scikit-learn's Jaccard score")
  func iouOfMean() throws {
    try check(IntersectionOverUnion(), against: "iou.mean", within: 1e-4)
  }

  @Test("IoU of equal areas follows from Quantus' RelevanceRankAccuracy")
  func iouOfArea() throws {
    var options = IntersectionOverUnionOptions()
    options.threshold = .area
    // With hits h of n pixels each, h/(2n − h).
    try check(IntersectionOverUnion(options: options), against: "rank-accuracy", within: 1e-4) {
      $0 / (2 - $0) * 100
    }
  }

  @Test("relevance rank is Quantus' RelevanceRankAccuracy")
  func relevanceRank() throws {
    try check(RelevanceRank(), against: "rank-accuracy", within: 1e-4) { $0 * 100 }
  }

  @Test("energy is Quantus' RelevanceMassAccuracy")
  func energy() throws {
    try check(ObjectEnergy(), against: "mass-accuracy", within: 1e-4) { $0 * 100 }
  }

  @Test("the preset of the pointing game is Quantus' PointingGame")
  func pointingGame() throws {
    let options = try PointingGameOptions([(key: "preset", value: "quantus")], of: "pointing-game")
    try check(PointingGame(options: options), against: "pointing-game", within: 0) { $0 * 100 }
  }

  @Test("entropy and sparsity are Quantus' Complexity, over ln N, and Sparseness")
  func complexity() throws {
    let (rows, complexity, sparseness) = (
      try expected.tensor("scores"), try expected.tensor("complexity").elements,
      try expected.tensor("sparseness").elements
    )
    for row in 0..<rows.shape[0] {
      let subject = try MetricSubject(scores: rows[row].elements)
      let entropy = try #require(try Entropy().measure([], for: subject)).number
      let sparsity = try #require(try Sparsity().measure([], for: subject)).number
      // ln 16; what Quantus adds to every share or score is felt in the seventh digit.
      expectClose(
        [Float(entropy * 2.772588722239781)], [complexity[row]], within: 1e-6, "entropy of row \(row)")
      expectClose([Float(sparsity)], [sparseness[row]], within: 2e-6, "sparsity of row \(row)")
    }
  }

  @Test("rank correlation is SciPy's, ties included", arguments: [false, true])
  func spearman(absolute: Bool) throws {
    let rows = try expected.tensor("scores")
    let table = try expected.tensor(absolute ? "spearman.absolute" : "spearman")
    var options = RandomisationOptions()
    options.absolute = absolute
    for row in 0..<rows.shape[0] {
      let scores = rows[row].elements
      var subject = try MetricSubject(scores: scores)
      subject.logits = [1, 0]
      let stages = (0..<rows.shape[0]).map { rows[$0].elements }
      let curve = try #require(try Randomisation(options: options).measure(maps: stages, for: subject)?.curve)
      expectClose(curve.y.map { Float($0) }, table[row].elements, within: 1e-6, "stages of row \(row)")
      guard !absolute else { continue }
      for other in 0..<rows.shape[0] {
        let correlation = try #require(rankCorrelation(scores, rows[other].elements))
        expectClose([Float(correlation)], [table[row].elements[other]], within: 1e-6, "\(row) and \(other)")
        #expect(try ClassSensitivity().measure(maps: [stages[other]], for: subject)?.number == correlation)
      }
    }
  }
}
