import XAICore
import XAITensor

extension ExplainerConformance {
  /// The declared needs and recordings are enough, all of them are used, and a model without one is refused.
  func checkNeeds(on model: any Model, _ findings: inout Findings) {
    let sample = Sample(of: model)
    var (needs, used): (Capabilities, Capabilities) = ([], [])
    for setting in settings {
      let text = setting.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      do {
        let explainer = try Subject(options: Subject.Options(setting, of: Subject.descriptor.id))
        guard !asksForMore(explainer, than: model) else { continue }
        let limited = LimitedModel(model, to: explainer.needs)
        defer { used.formUnion(limited.usedCapabilities) }
        needs.formUnion(explainer.needs)
        let recording = try explainer.recording(for: limited.descriptor)
        try checkRecording(recording, explainer, sample, limited, &findings)
        let undeclared = limited.askedGradientPoints.subtracting(
          try explainer.gradientPoints(for: limited.descriptor))
        findings.expect(
          undeclared.isEmpty, .needs,
          "with '\(text)' it asks for the gradient of \(undeclared.map(\.description).sorted().joined(separator: ", ")), which gradientPoints(for:) doesn't name"
        )
      } catch ModelError.notGiven(let missing, _) {
        findings.fail(
          .needs, "with '\(text)' it uses \(missing.names.joined(separator: ", ")) and doesn't declare it")
      } catch ModelError.notRecorded(let what) {
        findings.fail(.recording, "with '\(text)' it reads the \(what), which its recording doesn't ask for")
      } catch {
        findings.fail(.needs, "with '\(text)', on a model that has just what it needs, it threw: \(error)")
      }
    }
    let unused = needs.subtracting(used)
    findings.expect(
      unused.isEmpty, .needs,
      "it declares \(unused.names.joined(separator: ", ")), which no setting uses: models without it are refused in vain"
    )
    let own = Subject.descriptor.needs
    for (capability, name) in Capabilities.named where own.contains(capability) {
      checkRefusal(
        of: LimitedModel(model, to: own.subtracting(capability)), missing: capability, name, sample,
        &findings)
    }
  }

  /// Whether an option, and not the explainer as such, needs what a model doesn't give.
  func asksForMore(_ explainer: Subject, than model: any Model) -> Bool {
    let given = model.descriptor.capabilities
    return Subject.descriptor.needs.isSubset(of: given) && !explainer.needs.isSubset(of: given)
  }

  /// A trace of exactly the declared recording gives the map of one that has everything.
  private func checkRecording(
    _ recording: Recording, _ explainer: Subject, _ sample: Sample, _ model: LimitedModel,
    _ findings: inout Findings
  ) throws {
    let targets = try Targets(sample.images.map { _ in sample.classes })
    func maps(_ recording: Recording) throws -> [[Attribution]] {
      try noting(explainer, model, images: sample.images.count, classes: sample.classes) {
        try explainer.explain(
          from: model.forward(sample.input, recording: recording), targets: targets, using: model)
      }
    }
    let own = try maps(recording)
    var everything = recording
    if model.descriptor.capabilities.contains(.attention) { everything.attention = .all }
    let full = try maps(everything)
    findings.expect(
      own.map { $0.map(\.scores) } == full.map { $0.map(\.scores) }, .recording,
      "'\(explainer.specification)' gives another map where the trace holds more than it asked for")
  }

  private func checkRefusal(
    of model: LimitedModel, missing capability: Capabilities, _ name: String, _ sample: Sample,
    _ findings: inout Findings
  ) {
    do {
      let explainer = try Subject(options: Subject.Options(settings[0], of: Subject.descriptor.id))
      _ = try explain(sample.input, of: sample, by: explainer, on: model)
      findings.fail(.needs, "a model without \(name) is not refused")
    } catch ModelError.missingCapabilities(_, _, let missing) {
      findings.expect(
        missing == capability && model.usedCapabilities.isEmpty, .needs,
        "a model without \(name) is refused for \(missing.names), or only after work has begun")
    } catch {
      findings.fail(
        .needs, "a model without \(name) is refused with \(error), expected ModelError.missingCapabilities")
    }
  }
}
