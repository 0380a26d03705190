import Foundation
import Testing
import XAI
import XAITesting

@testable import XAIHSIC
@testable import XAISobol

/// Explainers of many passes against formulas on the libraries' own models, and against the estimators of Xplique.
@Suite struct ManyPassesGoldenTests {
  private let expected: SafetensorsFile

  init() throws {
    expected = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("many-passes/expected.safetensors").path)
  }

  /// How far scores may be off, as a share of the largest: where they are quotients of small differences of scores, more.
  private static func tolerance(of spec: Substring) -> Float {
    switch spec.prefix(while: { $0 != ":" }) {
    case "sobol", "hsic": 2e-3
    case "greedy-oracle": 0
    default: 2e-5
    }
  }

  @Test("maps within 2e-5 of the largest score; of Sobol and HSIC within 2e-3", arguments: GoldenCase.all)
  func maps(_ golden: GoldenCase) throws {
    let keys = expected.tensors.map(\.name).filter { $0.hasPrefix(golden.name + ".") }
    guard !keys.isEmpty else { return }
    #expect(keys.count == 4 * 15)
    let registry = try Registry.builtIn()
    let input = try golden.tensor("input")
    for kernels in AvailableKernels.all {
      let model = try golden.model(on: kernels.make())
      for key in keys {
        let spec = try #require(key.split(separator: "|").last)
        let place = key.split(separator: "|")[0].split(separator: ".").suffix(2).compactMap { Int($0) }
        let found = try registry.explainer(String(spec)).explain(
          input[place[0]..<place[0] + 1], targets: .classes([place[1]]), using: model)[0][0]
        let wanted = try expected.tensor(key)
        expectCloseToLargest(
          Tensor(wanted.shape, found.scores), wanted, within: Self.tolerance(of: spec), key)
      }
    }
  }

  @Test("Xplique's estimators on the same masks and scores, within 1e-6 of the largest")
  func estimators() throws {
    func values(_ name: String) throws -> [Double] {
      try expected.tensor("estimator|\(name)").elements.map(Double.init)
    }
    let designs = ReplicatedDesigns(count: 32, cells: 9)
    let masks = (0..<designs.maskCount).flatMap(designs.mask)
    #expect(try masks == expected.tensor("estimator|sobol.masks").elements)
    let indices = try designs.totalIndices(values("sobol.values"))
    expectCloseToLargest(
      Tensor([9], indices.map(Float.init)), try expected.tensor("estimator|sobol.indices"), within: 1e-6,
      "indices")
    let balanced = BalancedMasks(count: 60, cells: 9, seed: 0)
    #expect(try (0..<60).flatMap(balanced.values) == expected.tensor("estimator|hsic.masks").elements)
    let dependence = try balanced.dependence(of: values("hsic.values"))
    expectCloseToLargest(
      Tensor([9], dependence.map(Float.init)), try expected.tensor("estimator|hsic.dependence"), within: 1e-6,
      "dependence")
  }
}
