import Testing
import XAI
import XAITesting

/// Every explainer and option against full-matrix PyTorch, after min–max.
@Suite struct ExplainerGoldenTests {
  @Test("maps after min–max", arguments: GoldenCase.everyModel, AvailableKernels.nearFloat32)
  func maps(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let registry = try Registry.builtIn()
    let input = try golden.tensor("input")
    let classes = golden.targets.map(\.class)
    for spec in golden.specs {
      let explainer = try registry.explainer(spec)
      let attributions = try explainer.explain(input, targets: .classes(classes), using: model)
      for (index, target) in golden.targets.enumerated() {
        let attribution = attributions[target.image][index]
        #expect(attribution.classIndex == target.class)
        let expected = try golden.tensor("t\(index).map|\(spec)").elements
        expectClose(
          minMaxNormalised(attribution.scores), minMaxNormalised(expected), within: 1e-4 * kernels.slack,
          "\(golden.name) t\(index) \(spec)")
        guard let weights = try golden.optionalTensor("t\(index).head_weights|\(spec)") else { continue }
        let found = try #require(attribution.diagnostics.headWeights)
        expectClose(
          found.flatMap { $0 }, weights.elements, within: 1e-4 * kernels.slack, "head weights of \(spec)")
      }
    }
  }
}
