import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAIPatchPCA

/// Patch PCA against what defines principal components, and where there are none.
@Suite struct PatchPCATests {
  /// Scores of the patches along each component of a toy's last layer, for the first image.
  private func scores(_ toy: ToyModel, _ component: Int) throws -> [Double] {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 5)
    let (rows, columns) = (toy.layout.grid.rows, toy.layout.grid.columns)
    let input = random.normal([1, 3, rows * 4, columns * 4])
    let explainer = try PatchPCA { $0.component = component }
    return try explainer.explain(input, using: model)[0][0].scores.map { Double($0) }
  }

  @Test("components have the mean 0, are uncorrelated, and vary less one after the other")
  func definition() throws {
    let components = try (1...3).map { try scores(.classToken, $0) }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let variances = components.map { product($0, $0) }
    for (index, component) in components.enumerated() {
      #expect(abs(component.reduce(0, +)) < 1e-4 * variances[0].squareRoot())
      for other in components.dropFirst(index + 1) {
        #expect(abs(product(component, other)) < 1e-4 * variances[0])
      }
    }
    #expect(variances[0] > variances[1] && variances[1] > variances[2] && variances[2] > 0)
  }

  @Test("rows that vary in one direction have one component, and rows that are alike none")
  func fewDirections() {
    let direction = [0.0, -2, 1]
    let rows = [3.0, -1, 0, -2].map { share in direction.map { 5 + share * $0 } }
    let components = PrincipalComponents(of: rows, count: 3)
    // The largest element of ±(0, −2, 1)/√5 is made positive.
    let expected = [3.0, -1, 0, -2].map { -$0 * 5.0.squareRoot() }
    for (score, other) in zip(components.scores(component: 0), expected) {
      #expect(abs(score - other) < 1e-9)
    }
    #expect(components.scores(component: 1) == [0, 0, 0, 0])
    let alike = PrincipalComponents(of: Array(repeating: [1.0, 2, 3], count: 5), count: 1)
    #expect(alike.scores(component: 0) == [0, 0, 0, 0, 0])
    #expect(PrincipalComponents(of: [[1.0, 2]], count: 1).scores(component: 0) == [0])
  }

  @Test("directions in which rows vary equally are all found")
  func equalDirections() {
    // Four rows along each of two axes, at the same distances, and less along a third.
    let rows: [[Double]] = [[2, 0, 0], [-2, 0, 0], [0, 2, 0], [0, -2, 0], [0, 0, 1], [0, 0, -1]]
    let components = PrincipalComponents(of: rows, count: 3)
    let variances = (0..<3).map { components.scores(component: $0).reduce(0) { $0 + $1 * $1 } }
    for (variance, expected) in zip(variances, [8.0, 8, 2]) { #expect(abs(variance - expected) < 1e-9) }
  }

  @Test("many rows of many columns need few products")
  func large() {
    var random = SeededRandom(seed: 9)
    let (count, width) = (300, 200)
    let directions = (0..<3).map { _ in (0..<width).map { _ in Double(random.normal()) } }
    let rows = (0..<count).map { _ -> [Double] in
      let shares = [9.0, 5, 3].map { $0 * Double(random.normal()) }
      return (0..<width).map { column in
        Double(random.normal()) + zip(shares, directions).reduce(0) { $0 + $1.0 * $1.1[column] }
      }
    }
    let components = PrincipalComponents(of: rows, count: 3)
    // X·Xᵀ·u = σ²·u, with the scores as σ·u.
    let mean = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / Double(count) }
    let centred = rows.map { zip($0, mean).map { $0 - $1 } }
    for component in 0..<3 {
      let scores = components.scores(component: component)
      let variance = scores.reduce(0) { $0 + $1 * $1 }
      let direction = (0..<width).map { column in
        zip(centred, scores).reduce(0) { $0 + $1.0[column] * $1.1 }
      }
      for (row, score) in zip(centred, scores) {
        let image = zip(row, direction).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(image - variance * score) < 1e-7 * variance * variance.squareRoot())
      }
    }
  }

  @Test("a component that isn't offered and a place that isn't listed are refused by name")
  func refusals() throws {
    #expect(throws: OptionError.self) {
      try PatchPCAOptions([(key: "component", value: "4")], of: "patch-pca")
    }
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    expectError("patch-pca:point=scores") {
      try PatchPCA { $0.point = .scores }.check(fits: model.descriptor)
    }
  }
}
