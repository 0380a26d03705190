public import XAICore
import XAIFoundation
public import XAITensor
public import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a family of models has to do with a directory of one of its models; ends with ``ModelConformance``.
public struct ArchitectureConformance: Conformance {
  let architecture: any ModelArchitecture.Type
  let directory: ModelDirectory
  let request: LoadRequest

  var kernels: any Kernels { request.kernels }

  /// Tries a family on a directory that it should load.
  ///
  /// - Parameters:
  ///   - architecture: the family.
  ///   - directory: of one of its models.
  ///   - kernels: what the models run on.
  ///   - classes: what they are given; nil for those of the directory.
  public init(
    _ architecture: any ModelArchitecture.Type, loading directory: ModelDirectory,
    on kernels: any Kernels = AvailableKernels.preferred.make(), classes: ClassSource? = nil
  ) {
    self.architecture = architecture
    self.directory = directory
    self.request = LoadRequest(kernels: kernels, classes: classes)
  }

  /// Runs every check and says what failed.
  public func failures() -> [ConformanceFailure] {
    let descriptor = architecture.descriptor
    var findings = Findings(of: descriptor.id)
    findings.checkDescriptor(
      id: descriptor.id, title: descriptor.title, summary: descriptor.summary, citation: descriptor.citation)
    findings.expect(
      !(descriptor.huggingFaceClasses + descriptor.timmNames).isEmpty, .descriptor,
      "it names no checkpoints that load")
    findings.expect(
      architecture.matches(directory), .results, "it doesn't take \(directory.path) for its own")
    var modelFailures: [ConformanceFailure] = []
    findings.attempt(.results, "loading \(directory.path)") { findings in
      let model = try architecture.load(directory, request)
      findings.expect(
        model.descriptor.architecture == descriptor.id, .descriptor,
        "its model says that it is of the family '\(model.descriptor.architecture)'")
      let (given, promised) = (model.descriptor.capabilities, descriptor.capabilities)
      findings.expect(
        model.descriptor.output == .none ? given.isSubset(of: promised) : given == promised, .descriptor,
        "its model can do \(given.names), and the family says \(promised.names)")
      let (input, again) = (Sample(of: model).input, try architecture.load(directory, request))
      findings.expect(
        try model.logits(input).elements == again.logits(input).elements, .determinism,
        "loaded a second time, the model gives other logits")
      modelFailures = ModelConformance(model).failures()
      checkWriting(model, &findings)
    }
    checkUntrained(&findings)
    return findings.failures + modelFailures
  }
}

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
      "\(what), written and loaded, preprocesses images otherwise")
  }
}
