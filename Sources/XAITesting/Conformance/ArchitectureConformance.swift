public import XAICore
public import XAITensor
public import XAIWeights

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
