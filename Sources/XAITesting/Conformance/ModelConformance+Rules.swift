import XAICore
import XAITensor

extension ModelConformance {
  /// Rules of published methods, each with one that the one before it lacks.
  private static var publishedRules: [(name: String, rules: PropagationRules)] {
    [
      ("the gradient", .gradient), ("conservative", .conservative), ("cpLRP", .cpLRP), ("attnLRP", .attnLRP),
      ("lrp with ε", .lrp(.epsilon(0.5))), ("lrp with γ", .lrp(.gamma(0.5))),
      ("unchanged norms", .unchanged(.positive)), ("transformerAttribution", .transformerAttribution),
    ]
  }

  /// A model that says its rules can be replaced gives another input gradient for the rules of each published method.
  func checkRules(_ findings: inout Findings) throws {
    guard model.descriptor.capabilities.isSuperset(of: [.propagationRules, .inputGradients]) else { return }
    let trace = try model.forward(sample.input, recording: Recording(gradients: true))
    // Balanced sums of one sign are what they were without the rule, so one image and class might not tell.
    let classCount = model.descriptor.classCount
    let targets = Targets(sample.images.map { _ in Array(0..<min(4, classCount)) })
    let cotangent = targets.cotangent(classCount: classCount)
    var known: [(name: String, values: [Float])] = []
    for (name, rules) in Self.publishedRules {
      let passed = try model.differentiable().backward(
        from: cotangent, through: trace, rules: rules, requesting: GradientRequest(input: true))
      guard let values = passed.input?.elements, values.allSatisfy(\.isFinite) else {
        findings.fail(.rules, "with the rules of \(name) no finite input gradient comes back")
        continue
      }
      for (other, otherValues) in known where otherValues == values {
        findings.fail(.rules, "the rules of \(name) give what those of \(other) do: some rule isn't followed")
      }
      known.append((name, values))
    }
  }
}
