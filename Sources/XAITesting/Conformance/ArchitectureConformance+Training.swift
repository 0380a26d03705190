import XAICore
import XAIFoundation
import XAITensor
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ArchitectureConformance {
  /// A model that can be trained can be written, and loads as what it was.
  func checkWriting(_ model: any Model, _ findings: inout Findings) {
    guard let model = model as? any TrainableModel else { return }
    findings.attempt(.writing, "writing the model") { try checkRoundTrip(of: model, "the model", &$0) }
    var random = SeededRandom(seed: 3)
    let new = model.replacingHead(
      labels: (0...model.descriptor.classCount).map { "new \"class\" \($0)" }, random: &random)
    findings.attempt(.writing, "writing a model of new classes") {
      try checkRoundTrip(of: new, "a model of new classes", &$0)
    }
  }

  /// An untrained model is what its labels and the seed make it; a family may refuse to make any.
  func checkUntrained(_ findings: inout Findings) {
    let labels = ["first", "second", "third"]
    func untrained(seed: UInt64) throws -> any TrainableModel {
      var random = SeededRandom(seed: seed)
      return try architecture.makeUntrained(directory, labels: labels, random: &random, on: kernels)
    }
    findings.attempt(.untrained, "making an untrained model") { findings in
      let model: any TrainableModel
      do { model = try untrained(seed: 1) } catch ModelError.notTrainable { return }
      findings.expect(
        model.descriptor.labels == labels, .untrained,
        "an untrained model has the labels \(model.descriptor.labels)")
      let input = Sample(of: model).input
      let logits = try model.logits(input).elements
      findings.expect(
        logits.allSatisfy(\.isFinite), .untrained, "an untrained model gives logits that are not finite")
      findings.expect(
        try untrained(seed: 1).logits(input).elements == logits, .determinism,
        "the same seed makes another untrained model")
      findings.expect(
        try untrained(seed: 2).logits(input).elements != logits, .untrained,
        "another seed makes the same untrained model")
      try checkRoundTrip(of: model, "an untrained model", &findings)
    }
  }

  private func checkRoundTrip(of model: any TrainableModel, _ what: String, _ findings: inout Findings) throws
  {
    // A model that nothing could read says so before it is trained.
    do { _ = try model.configurationFiles() } catch ModelError.notTrainable { return }
    let folder = FileManager.default.temporaryDirectory.path + "/xai-conformance-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try model.write(to: folder)
    let written = try ModelDirectory(folder)
    findings.expect(
      architecture.matches(written), .writing, "the family doesn't take \(what) for its own, once written")
    let loaded = try architecture.load(written, LoadRequest(kernels: kernels))
    let input = Sample(of: model).input
    findings.expect(
      try loaded.logits(input).elements == model.logits(input).elements, .writing,
      "\(what), written and loaded, gives other logits")
    let (now, before) = (loaded.descriptor, model.descriptor)
    findings.expect(now.labels == before.labels, .writing, "\(what), written and loaded, has other labels")
    findings.expect(now.layout == before.layout, .writing, "\(what), written and loaded, has other tokens")
    findings.expect(
      now.preprocessing == before.preprocessing, .writing,
      "\(what), written and loaded, preprocesses pictures otherwise")
  }
}
