import Foundation
import XAI
import XAITesting

/// Maps of explainers in a file of `Tests/Fixtures`: `<case>.t<k>.map|<spec>` is the map of target k of a case.
struct GoldenMaps {
  let file: SafetensorsFile

  /// Opens `Tests/Fixtures/<folder>/expected.safetensors`.
  init(_ folder: String) throws {
    file = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("\(folder)/expected.safetensors").path)
  }

  /// Every explainer that a map of some case is of.
  var specs: Set<String> {
    Set(file.tensors.compactMap { $0.name.split(separator: "|").last.map(String.init) })
  }

  /// The tensors of a case's maps of a target, by explainer.
  func names(_ golden: GoldenCase, target: Int) -> [(spec: String, name: String)] {
    let prefix = "\(golden.name).t\(target).map|"
    return file.tensors.map(\.name).filter { $0.hasPrefix(prefix) }
      .map { (String($0.dropFirst(prefix.count)), $0) }
  }

  /// Explains each target of a case by every explainer that there is a map of.
  func forEach(
    of golden: GoldenCase, on kernels: AvailableKernels,
    _ compare: (_ spec: String, _ name: String, _ found: Attribution, _ expected: Tensor) throws -> Void
  ) throws {
    let (model, registry, input) = (
      try golden.model(on: kernels.make()), try Registry.builtIn(), try golden.tensor("input")
    )
    for (index, target) in golden.targets.enumerated() {
      for (spec, name) in names(golden, target: index) {
        let found = try registry.explainer(spec).explain(
          input[target.image..<target.image + 1], targets: .classes([target.class]), using: model)[0][0]
        try compare(spec, name, found, file.tensor(name))
      }
    }
  }
}
