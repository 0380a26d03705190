import Testing
import XAI
import XAITesting

/// What explainers without golden values on a model still owe it: a map, or a reason.
@Suite struct EveryExplainerTests {
  /// Whatever stands between the tokens of these models, none of their stages is refused.
  @Test("every explainer explains every model", arguments: GoldenCase.everyModel)
  func explains(_ golden: GoldenCase) throws {
    let registry = try Registry.builtIn()
    let model = try golden.model(on: AvailableKernels.preferred.make())
    let input = try golden.tensor("input")[0..<1]
    for entry in registry.explainers {
      var quick = entry.options.compactMap { option in
        ScoreMeaningTests.quick[option.name].map { "\(option.name)=\($0)" }
      }
      // By default it holds a class against the others, with which it has to share a softmax.
      if entry.descriptor.id == "cort", model.descriptor.output != .softmax { quick.append("contrast=none") }
      let explainer = try registry.explainer(
        ([entry.descriptor.id] + (quick.isEmpty ? [] : [quick.joined(separator: ",")])).joined(separator: ":")
      )
      // An attention pooling has no scores before the softmax to read.
      if entry.descriptor.id == "agcam", model.descriptor.layout.poolingLayer != nil {
        expectError("agcam") { try explainer.check(fits: model.descriptor) }
        continue
      }
      try explainer.check(fits: model.descriptor)
      let map = try explainer.explain(input, targets: .classes([golden.targets[0].class]), using: model)[0][0]
      let what = "\(explainer.specification) on \(golden.name)"
      #expect(map.scores.count == map.grid.count && !map.scores.isEmpty, "\(what)")
      #expect(map.scores.allSatisfy { $0.isFinite }, "\(what)")
    }
  }

  @Test("what a model hasn't got is refused by its name, with what it has", arguments: GoldenCase.everyModel)
  func refuses(_ golden: GoldenCase) throws {
    let registry = try Registry.builtIn()
    let model = try golden.model(on: AvailableKernels.preferred.make()).descriptor
    let (layers, heads) = (model.layerCount, model.headCount)
    for (spec, reason) in [
      ("partial-lrp:layer=\(layers)", "has \(layers) layers"),
      ("transformer-attribution:start=\(layers)", "has \(layers) layers"),
      ("raw-attention:head=\(heads)", "has \(heads) heads"),
      ("attnlrp:contrast=\(model.classCount)", "classes 0 to \(model.classCount - 1)"),
    ] {
      for part in [reason] + (reason.hasPrefix("has") ? [model.name] : []) {
        expectError(part) { try registry.explainer(spec).check(fits: model) }
      }
    }
  }
}
