import Foundation
import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIModels
import XAISwin
import XAITensor
import XAITesting
import XAIWeights

/// Relevance through windows, merges, and norms before and behind the branches.
@Suite struct SwinRelevanceTests {
  private static func expected() throws -> SafetensorsFile {
    try SafetensorsFile(
      path: SwinFixture.folder.appendingPathComponent("relevance/expected.safetensors").path)
  }

  /// The specs of a fixture, and of each the targets that there are maps of.
  private func maps(of golden: SwinFixture, _ file: SafetensorsFile) -> [(
    spec: String, target: Int, name: String
  )] {
    file.tensors.map(\.name).sorted().compactMap { name in
      let parts = name.split(separator: "|", maxSplits: 1)
      let head = parts[0].split(separator: ".")
      guard head[0] == golden.name, let target = Int(head[1].dropFirst()) else { return nil }
      return (String(parts[1]), target, name)
    }
  }

  @Test("maps in their own scale are those of autograd", arguments: SwinFixture.all, AvailableKernels.all)
  func maps(_ golden: SwinFixture, _ kernels: AvailableKernels) throws {
    let file = try Self.expected()
    let maps = maps(of: golden, file)
    #expect(maps.count >= 15)
    let model = try golden.model(on: kernels.make())
    let registry = try Registry(plugins: builtInModels + builtInExplainers)
    let input = try golden.tensor("input")
    for (spec, index, name) in maps {
      let target = golden.targets[index]
      let found = try registry.explainer(spec).explain(input, targets: .classes([target.class]), using: model)
      let wanted = try file.tensor(name)
      expectCloseToLargest(
        Tensor(wanted.shape, found[target.image][0].scores), wanted,
        within: Self.tolerance(spec), name)
    }
  }

  /// Of the largest score; a root makes what rounding leaves of scores near 0 larger.
  private static func tolerance(_ spec: String) -> Float {
    isConditioned(spec) ? spec.hasPrefix("cort") && !spec.contains("preset=plain") ? 1e-3 : 1e-4 : 5e-3
  }

  /// Whether rounding is not made larger by scores near 0, or by the sums of few positive products among eight.
  private static func isConditioned(_ spec: String) -> Bool {
    ![
      "partial-lrp", "transformer-attribution", "lrp:preset=chefer", "lrp:norms=unchanged",
      "lrp:rule=alpha-beta",
    ].contains { spec.hasPrefix($0) }
  }

  @Test("there are maps of every relevance explainer, of both versions and both libraries")
  func coverage() throws {
    let names = try Self.expected().tensors.map(\.name)
    for entry in try Registry(plugins: builtInExplainers).explainers
    where entry.descriptor.family == .relevance {
      for library in ["hf-swin", "hf-swinv2", "timm-swin", "timm-swinv2"] {
        #expect(
          names.contains { name in
            name.split(separator: ".")[0].split(separator: "-").prefix(2).joined(separator: "-") == library
              && name.split(separator: "|")[1].hasPrefix(entry.descriptor.id)
          }, "\(entry.descriptor.id) on \(library)")
      }
    }
  }

  @Test(
    "without biases relevance at the pixels adds up to the logit", arguments: HierarchicalToyModel.all,
    AvailableKernels.all)
  func conservation(_ toy: HierarchicalToyModel, _ kernels: AvailableKernels) throws {
    let model = try toy.make(on: kernels.make()) { $0.hasSuffix("bias") ? 0 : nil }.differentiable()
    var random = SeededRandom(seed: 11)
    let trace = try model.forward(random.normal([2, 3, 20, 28]), recording: Recording(gradients: true))
    let targets = try Targets([[0, 3], [1, 4]])
    for rules in [PropagationRules.cpLRP, .lrp(.gamma(0.25))] {
      let cotangent = try #require(
        try model.backward(
          from: targets.cotangent(classCount: 5), through: trace, rules: rules,
          requesting: GradientRequest(input: true)
        ).input)
      for (image, target, classIndex) in [(0, 0, 0), (0, 1, 3), (1, 0, 1), (1, 1, 4)] {
        let row = targets.row(image: image, target: target)
        let products = zip(trace.input[image].elements, cotangent[row].elements).map { Double($0 * $1) }
        let logit = Double(trace.logits.elements[image * 5 + classIndex])
        let size = products.reduce(0) { $0 + abs($1) }
        #expect(
          abs(products.reduce(0, +) - logit) <= 1e-5 * size + 1e-4 * abs(logit),
          "\(toy), \(rules.linear), class \(classIndex): \(products.reduce(0, +)), and the logit is \(logit)")
      }
    }
  }
}
