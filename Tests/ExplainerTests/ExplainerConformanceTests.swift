import Testing
import XAICore
import XAIExplainers
import XAITensor
import XAITesting

/// The conformance kit on every explainer of the list: one that is added to it is tried without a file of its own.
@Suite struct ExplainerConformanceTests {
  /// Explainers whose defaults take thousands of passes are tried with fewer.
  static let fewerPasses: [String: [(key: String, value: String)]] = [
    "fovex": [("fixations", "3"), ("steps", "4")],
    "hsic": [("masks", "60")],
    "kernel-shap": [("samples", "400")],
    "lime": [("samples", "80")],
    "rise": [("masks", "60")],
    "sobol": [("grid", "3"), ("designs", "8")],
    "tis": [("masks", "20")],
  ]

  @Test("conforms", arguments: BuiltIn.chosen(of: builtInExplainers), AvailableKernels.all)
  func conforms(_ plugin: BuiltIn, _ kernels: AvailableKernels) throws {
    let explainer = try #require(plugin.type as? any Explainer.Type)
    try Registry(plugins: builtInExplainers).resolvingExplainers { run(explainer, on: kernels.make()) }
  }

  private func run<E: Explainer>(_ type: E.Type, on kernels: any Kernels) {
    ExplainerConformance(type, on: kernels, with: Self.fewerPasses[E.descriptor.id] ?? []).run()
  }
}
