import XAICore
import XAIFoundation
import XAITensor

extension ModelConformance {
  /// New classes change the classifier and the labels, and nothing else.
  func checkNewHead(of model: some TrainableModel, _ findings: inout Findings) throws {
    let labels = (0...model.descriptor.classCount).map { "new class \($0)" }
    func renewed(seed: UInt64) -> some TrainableModel {
      var random = SeededRandom(seed: seed)
      return model.replacingHead(labels: labels, random: &random)
    }
    let new = renewed(seed: 1)
    findings.expect(
      new.descriptor.labels == labels, .parameters, "with a new head, its labels are \(new.descriptor.labels)"
    )
    let logits = try new.logits(sample.input)
    findings.expect(
      logits.shape == [sample.images.count, labels.count], .parameters,
      "with \(labels.count) new classes, the logits are \(logits.shape)")
    findings.expect(
      try renewed(seed: 1).logits(sample.input).elements == logits.elements, .determinism,
      "the same seed gives another head")
    findings.expect(
      try renewed(seed: 2).logits(sample.input).elements != logits.elements, .parameters,
      "another seed gives the same head")

    let (old, count) = (model.parameters, new.parameters.reduce(0) { $0 + $1.tensor.count })
    findings.expect(
      new.descriptor.parameterCount == count, .parameters,
      "with a new head it has \(count) parameters, its descriptor says \(new.descriptor.parameterCount)")
    let (body, newBody) = (old.filter { !$0.isHead }, new.parameters.filter { !$0.isHead })
    // A backbone gets a head that it hasn't had.
    let hadHead = body.count < old.count
    guard newBody.map(\.name) == body.map(\.name),
      !hadHead || new.parameters.map(\.name) == old.map(\.name)
    else { return findings.fail(.parameters, "with a new head, its parameters have other names") }
    for (old, new) in zip(body, newBody) {
      findings.expect(
        new.tensor.elements == old.tensor.elements, .parameters,
        "a new head changes \(new.name), which isn't part of it")
    }
  }
}
