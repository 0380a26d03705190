import XAICore
import XAITensor

extension ModelConformance {
  /// What a declared intervention takes away has no effect on the logits, and what it leaves has its own; one that is
  /// not declared is refused.
  func checkInterventions(_ findings: inout Findings) throws {
    guard let model = model as? any IntervenableModel else { return }
    let (images, grid) = (sample.images.count, model.descriptor.layout.grid)
    let all = Array(0..<grid.count)
    let changes: [Intervention] = [
      .keepingPatches(Array(repeating: Array(all.dropFirst()), count: images)),
      .removingHeads(Array(repeating: Intervention.Head(layer: 0, head: 0), count: images)),
    ]
    let whole = try model.logits(sample.input).elements
    for change in changes {
      guard model.descriptor.capabilities.isSuperset(of: change.needs) else {
        findings.expectRefusal(.interventions, "\(change.needs.names[0]), which it doesn't declare,") {
          _ = try model.logits(sample.input, under: change)
        }
        continue
      }
      let changed = try model.logits(sample.input, under: change).elements
      findings.expect(
        changed.count == whole.count && changed.allSatisfy(\.isFinite), .interventions,
        "\(change.needs.names[0]) gives \(changed.count) logits, or some that are not finite")
      findings.expect(changed != whole, .interventions, "\(change.needs.names[0]) changes nothing")
    }
    guard model.descriptor.capabilities.contains(.patchRemoval) else { return }
    let tolerance = 1e-5 * whole.reduce(1) { max($0, abs($1)) }
    let kept = try model.logits(
      sample.input, under: .keepingPatches(Array(repeating: all, count: images)))
    findings.expectClose(
      kept.elements, whole, within: tolerance, .interventions, "the logits where all patches are kept")
    try checkAbsence(of: changes[0], from: model, &findings)
  }

  /// The first patch is not kept, so what is in the first row of its pixels does not matter.
  private func checkAbsence(
    of change: Intervention, from model: any IntervenableModel, _ findings: inout Findings
  ) throws {
    let (height, width) = (sample.input.shape[2], sample.input.shape[3])
    let columns = width / model.descriptor.layout.grid.columns
    var pixels = sample.input.elements
    for plane in 0..<sample.images.count * 3 {
      for column in 0..<columns { pixels[plane * height * width + column] += 3 }
    }
    findings.expect(
      try model.logits(Tensor(sample.input.shape, pixels), under: change).elements
        == model.logits(sample.input, under: change).elements, .interventions,
      "the logits depend on a patch that is not kept")
  }
}
