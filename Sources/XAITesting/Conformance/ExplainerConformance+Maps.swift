import XAICore
import XAITensor

/// How far a min–max normalised map may be off where only the order of arithmetic differs.
private let mapTolerance: Float = 1e-5

extension ExplainerConformance {
  /// Checks the maps of one explainer on one model.
  func check(_ explainer: Subject, on model: any Model, _ findings: inout Findings) {
    let sample = Sample(of: model)
    let name = model.descriptor.name
    findings.attempt(.results, name) { findings in
      let before = (input: sample.input.elements, logits: try model.logits(sample.input).elements)
      let maps = try explainer.explain(sample.input, targets: .classes(sample.classes), using: model)
      checkShapes(of: maps, by: explainer, sample, on: model, &findings)
      guard maps.count == sample.images.count, maps.allSatisfy({ $0.count == sample.classes.count }) else {
        return
      }

      let again = try explainer.explain(sample.input, targets: .classes(sample.classes), using: model)
      findings.expect(
        again.map { $0.map(\.scores) } == maps.map { $0.map(\.scores) }, .determinism,
        "\(name): a second run gives other scores")
      findings.expect(sample.input.elements == before.input, .mutation, "\(name): the input has changed")
      findings.expect(
        try model.logits(sample.input).elements == before.logits, .mutation,
        "\(name): the model's logits have changed")

      try checkBatch(maps, explainer, sample, model, &findings)
      try checkTargets(maps, explainer, sample, model, &findings)
      checkClassSpecificity(maps, name, &findings)
    }
  }

  /// An image alone, and in another place of a batch, gives what it gave.
  private func checkBatch(
    _ maps: [[Attribution]], _ explainer: Subject, _ sample: Sample, _ model: any Model,
    _ findings: inout Findings
  ) throws {
    let reversed = Tensor(
      sample.input.shape, sample.images.reversed().flatMap { sample.input[$0].elements })
    let turned = try explainer.explain(reversed, targets: .classes(sample.classes), using: model)
    for image in sample.images {
      let alone = try explainer.explain(
        sample.input[image..<image + 1], targets: .classes(sample.classes), using: model)
      for target in sample.classes.indices {
        let place = "\(model.descriptor.name), image \(image)"
        let map = minMaxNormalised(maps[image][target].scores)
        findings.expectClose(
          minMaxNormalised(alone[0][target].scores), map, within: mapTolerance, .batch, "\(place) alone")
        findings.expectClose(
          minMaxNormalised(turned[sample.images.count - 1 - image][target].scores), map, within: mapTolerance,
          .batch,
          "\(place) in the batch turned round")
      }
    }
  }

  private func checkTargets(
    _ maps: [[Attribution]], _ explainer: Subject, _ sample: Sample, _ model: any Model,
    _ findings: inout Findings
  ) throws {
    for (target, classIndex) in sample.classes.enumerated() {
      let alone = try explainer.explain(sample.input, targets: .classes([classIndex]), using: model)
      for image in sample.images {
        findings.expectClose(
          minMaxNormalised(alone[image][0].scores), minMaxNormalised(maps[image][target].scores),
          within: mapTolerance, .targets,
          "\(model.descriptor.name), image \(image), class \(classIndex) alone")
      }
    }
  }

  private func checkClassSpecificity(_ maps: [[Attribution]], _ name: String, _ findings: inout Findings) {
    let differs = maps.contains { targets in
      targets.contains { minMaxNormalised($0.scores) != minMaxNormalised(targets[0].scores) }
    }
    guard maps.contains(where: { $0.count > 1 }) else { return }
    if Subject.descriptor.isClassSpecific {
      findings.expect(
        differs, .classSpecificity, "\(name): declared class-specific, but two classes have the same maps")
    } else {
      findings.expect(
        !differs, .classSpecificity, "\(name): declared class-agnostic, but two classes have different maps")
    }
  }
}
