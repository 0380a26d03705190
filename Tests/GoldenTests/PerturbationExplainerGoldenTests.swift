import Foundation
import Testing
import XAI
import XAITesting

/// Perturbation explainers against the packages that have them, and formulas in PyTorch and NumPy where none has.
@Suite struct PerturbationExplainerGoldenTests {
  private let expected: SafetensorsFile

  init() throws {
    expected = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("perturbation-explainers/expected.safetensors").path)
  }

  @Test("maps within 2e-5 of the largest score", arguments: GoldenCase.all, AvailableKernels.all)
  func maps(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let keys = expected.tensors.map(\.name).filter { $0.hasPrefix(golden.name + "|") }
    guard !keys.isEmpty else { return }
    #expect(keys.count == 14)
    let model = try golden.model(on: kernels.make())
    let registry = try Registry.builtIn()
    let input = try golden.tensor("input")
    for key in keys {
      let explainer = try registry.explainer(String(key.dropFirst(golden.name.count + 1)))
      let found = try explainer.explain(input, targets: .classes([0, 3]), using: model)
      let wanted = try expected.tensor(key)
      for image in 0..<2 {
        for target in 0..<2 {
          expectCloseToLargest(
            Tensor([wanted.shape[2]], found[image][target].scores), wanted[image][target], within: 2e-5,
            "\(key), image \(image), target \(target)")
        }
      }
    }
  }
}
