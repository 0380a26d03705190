public import XAICore

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
    for contrast in ["runner-up", "others"] {
      findings.attempt(.options, "explaining with contrast=\(contrast)") { findings in
        let plain = try make(base)
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
