public import XAICore
import XAITensor

/// How far a min–max normalised map may be off where only the order of arithmetic differs.
///
/// A kernel may choose another order for another number of images, and min–max amplifies what is left by rounding:
/// Grad-CAM, whose scores cancel, is off by up to 3e-5. What leaks from another image is larger by orders.
private let mapTolerance: Float = 1e-4

extension ExplainerConformance {
  /// Checks the maps of one explainer on one model.
  ///
  /// - Returns: whether the maps of two classes differ, as those of a class-specific explainer do on some model; not on
  ///   each: where heads are weighted, a single head weighs the same for every class. Nil where there are no maps.
  func check(_ explainer: Subject, on model: any Model, _ findings: inout Findings) -> Bool? {
    var differs: Bool?
    let sample = Sample(of: model)
    let name = model.descriptor.name
    findings.attempt(.results, name) { findings in
      let before = (input: sample.input.elements, logits: try model.logits(sample.input).elements)
      let maps = try explain(sample.input, of: sample, by: explainer, on: model)
      checkShapes(of: maps, by: explainer, sample, on: model, &findings)
      guard maps.count == sample.images.count, maps.allSatisfy({ $0.count == sample.classes.count }) else {
        return
      }

      let again = try explain(sample.input, of: sample, by: explainer, on: model)
      findings.expect(
        again.map { $0.map(\.scores) } == maps.map { $0.map(\.scores) }, .determinism,
        "\(name): a second run gives other scores")
      findings.expect(sample.input.elements == before.input, .mutation, "\(name): the input has changed")
      findings.expect(
        try model.logits(sample.input).elements == before.logits, .mutation,
        "\(name): the model's logits have changed")

      try checkBatch(maps, explainer, sample, model, &findings)
      try checkTargets(maps, explainer, sample, model, &findings)
      differs = checkClassSpecificity(maps, name, &findings)
    }
    return differs
  }

  /// An image alone, and in another place of a batch, gives what it gave.
  private func checkBatch(
    _ maps: [[Attribution]], _ explainer: Subject, _ sample: Sample, _ model: any Model,
    _ findings: inout Findings
  ) throws {
    let reversed = Tensor(
      sample.input.shape, sample.images.reversed().flatMap { sample.input[$0].elements })
    let turned = try explain(reversed, of: sample, by: explainer, on: model)
    for image in sample.images {
      let alone = try explain(sample.input[image..<image + 1], of: sample, by: explainer, on: model)
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
      let alone = try explain(sample.input, of: sample, classes: [classIndex], by: explainer, on: model)
      for image in sample.images {
        findings.expectClose(
          minMaxNormalised(alone[image][0].scores), minMaxNormalised(maps[image][target].scores),
          within: mapTolerance, .targets,
          "\(model.descriptor.name), image \(image), class \(classIndex) alone")
      }
    }
  }

  /// Whether the maps of two classes differ; a class-agnostic explainer's never do.
  private func checkClassSpecificity(_ maps: [[Attribution]], _ name: String, _ findings: inout Findings)
    -> Bool
  {
    let differs = maps.contains { targets in
      targets.contains { minMaxNormalised($0.scores) != minMaxNormalised(targets[0].scores) }
    }
    findings.expect(
      Subject.descriptor.isClassSpecific || !differs, .classSpecificity,
      "\(name): declared class-agnostic, but two classes have different maps")
    return differs
  }
}

extension ExplainerDescriptor {
  /// Whether a class can be held against another: where the evidence comes from a backward pass.
  public var takesContrast: Bool {
    (family == .gradient || family == .relevance) && isClassSpecific
  }
}

extension ExplainerConformance {
  /// An explainer that asks about a class by a backward pass takes a contrast, and makes another map with it.
  func checkContrast(_ findings: inout Findings) {
    guard Subject.descriptor.takesContrast else { return }
    guard Subject.Options.self is any ContrastiveOptions.Type,
      Subject.Options.descriptions.contains(where: { $0.name == "contrast" })
    else {
      return findings.fail(
        .options,
        "it goes back from a class and takes no contrast: make its options ContrastiveOptions, with contrastOption in the table"
      )
    }
    for contrast in ["runner-up", "top:2", "others"] {
      findings.attempt(.options, "explaining with contrast=\(contrast)") { findings in
        // By default an explainer may hold the class against something.
        let plain = try make(over(base, [(key: "contrast", value: "none")]))
        let held = try make(over(base, [(key: "contrast", value: contrast)]))
        let fitting = models.filter { (try? plain.check(fits: $0.descriptor)) != nil }
        let differs = try fitting.contains { model in
          let sample = Sample(of: model)
          func maps(_ explainer: Subject) throws -> [[[Float]]] {
            try explain(sample.input, of: sample, by: explainer, on: model).map {
              $0.map { minMaxNormalised($0.scores) }
            }
          }
          return try maps(plain) != maps(held)
        }
        findings.expect(
          differs || models.isEmpty, .options,
          "with contrast=\(contrast) its maps are those without: it isn't used")
      }
    }
  }
}
