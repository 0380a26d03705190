package import XAICore
package import XAITensor

/// How far a min–max normalised map may be off where the order of sums over tokens differs.
///
/// Relevance that is divided by small sums is off by up to 1.2e-3 (transformer-attribution); maps of the wrong tokens are off
/// by tenths.
private let symmetryTolerance: Float = 0.02

extension ExplainerDescriptor {
  /// Whether the forward pass of the image itself is all that a map comes from.
  ///
  /// Then nothing but the model could say where a patch lies. Masks, windows and noise have places of their own; they take
  /// further passes, and baselines take none.
  var isOfOnePass: Bool { forwardPasses == "1" }
}

/// A change of a model's tokens that its logits don't show.
private struct Exchange {
  let model: ToyModel
  /// Parameters that take the place of one another.
  let names: [(String, String)]
  let message: String

  static let all = [
    Exchange(
      model: .distilledUnplaced,
      names: [
        ("cls_token", "dist_token"), ("head.weight", "head_dist.weight"), ("head.bias", "head_dist.bias"),
      ],
      message: "with class and distillation token exchanged, and their heads with them"),
    Exchange(
      model: .unreadPrefix, names: [("cls_token", "reg_token")],
      message: "with a class token that isn't read exchanged for a register"),
  ]
}

extension ExplainerConformance {
  /// What makes no difference to the logits makes none to the map: it is read where the logits are read.
  ///
  /// Without positions, a model whose patches are turned by 180° has the same logits, and the scores turn with the
  /// patches. Tokens that the readout treats alike may change places. Defaults alone are held to it: an option may ask for
  /// another reading by its name, such as that of an author's code.
  func checkSymmetries(_ findings: inout Findings) {
    guard let kernels = symmetryKernels else { return }
    findings.attempt(.symmetry, "explaining models with symmetries") { findings in
      let explainer = try make(base)
      for exchange in Exchange.all {
        let pairs = exchange.names + exchange.names.map { ($1, $0) }
        let other = exchange.model.make(exchanging: Dictionary(pairs) { first, _ in first }, on: kernels)
        try checkExchange(exchange.model.make(on: kernels), other, exchange.message, explainer, &findings)
      }
      guard Subject.descriptor.isOfOnePass else { return }
      for toy in [ToyModel.unplaced, .unplacedWithPrefix] {
        try checkTurn(toy.make(on: kernels), explainer, &findings)
      }
    }
  }

  private func checkExchange(
    _ model: any Model, _ other: any Model, _ message: String, _ explainer: Subject,
    _ findings: inout Findings
  ) throws {
    guard (try? explainer.check(fits: model.descriptor)) != nil else { return }
    let sample = Sample(of: model)
    let maps = try explain(sample.input, of: sample, by: explainer, on: model)
    let others = try explain(sample.input, of: sample, by: explainer, on: other)
    findings.expectClose(
      others.joined().flatMap { minMaxNormalised($0.scores) },
      maps.joined().flatMap { minMaxNormalised($0.scores) }, within: symmetryTolerance, .symmetry,
      "\(model.descriptor.name), '\(explainer.specification)', \(message): the logits are the same and the map isn't; read it with the layout's readoutWeights"
    )
  }

  private func checkTurn(_ model: any Model, _ explainer: Subject, _ findings: inout Findings) throws {
    guard (try? explainer.check(fits: model.descriptor)) != nil else { return }
    let sample = Sample(of: model)
    let maps = try explain(sample.input, of: sample, by: explainer, on: model)
    let turned = try explain(
      sample.input.withPatchesTurned(on: model.descriptor.layout.grid), of: sample, by: explainer, on: model)
    findings.expectClose(
      turned.joined().flatMap { minMaxNormalised($0.scores.reversed()) },
      maps.joined().flatMap { minMaxNormalised($0.scores) }, within: symmetryTolerance, .symmetry,
      "\(model.descriptor.name), '\(explainer.specification)', with its patches turned by 180°: a model without positions is read, and the scores don't turn with the patches; take patches and readoutWeights from the layout, and count no tokens"
    )
  }
}

extension Tensor {
  /// Images, [B, 3, H, W], whose patches change places as though the image were turned by 180°; none is turned itself.
  package func withPatchesTurned(on grid: PatchGrid) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    let (patchHeight, patchWidth) = (height / grid.rows, width / grid.columns)
    let source = elements
    return Tensor(
      shape,
      source.indices.map { index in
        let (plane, y, x) = (index / (height * width), index / width % height, index % width)
        let row = (grid.rows - 1 - y / patchHeight) * patchHeight + y % patchHeight
        let column = (grid.columns - 1 - x / patchWidth) * patchWidth + x % patchWidth
        return source[(plane * height + row) * width + column]
      })
  }
}
