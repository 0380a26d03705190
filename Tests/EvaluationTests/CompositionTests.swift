import Testing
import XAI
import XAIFoundation
import XAITesting

@testable import XAIEvaluation

/// What does not fit is refused before any arithmetic, by name.
@Suite struct CompositionTests {
  private let toy = ToyModel.classToken.make(on: AvailableKernels.preferred.make())

  private func evaluation(
    model: (any Model)? = nil, dataset: any Dataset = Scenes(), split: String = "all",
    explainers: [any Explainer] = [GMAR()], metrics: [any Metric] = [AverageDrop()],
    target: EvaluationTarget = .predicted, measuresHeads: Bool = false
  ) throws -> Evaluation {
    var settings = Evaluation.Settings()
    settings.target = target
    settings.measuresHeads = measuresHeads
    return try Evaluation(
      model: model ?? toy, data: EvaluationData(dataset, split: dataset.split(split)), explainers: explainers,
      metrics: metrics, settings: settings)
  }

  private func expect(_ parts: [String], _ make: () throws -> Evaluation) throws {
    let error = try #require(throws: (any Error).self) { _ = try make() }
    for part in parts { #expect("\(error)".contains(part), "\(error)") }
  }

  /// Threads decide nothing but the last bits; precision does.
  @Test func kernels() throws {
    let evaluation = try evaluation()
    func said(_ kernels: String) -> String? {
      evaluation.experiment(modelHash: "", kernels: kernels).settings["kernels"]
    }
    #expect(said(PortableKernels(threads: 1).name) == "portable")
    #expect(said(PortableKernels(threads: 3).name) == "portable")
    for precision in [KernelSelection.Precision.bfloat16, .bfloat16x3] {
      guard let kernels = PortableKernels(precision: precision) else { continue }
      #expect(said(kernels.name) == "portable \(precision.rawValue)")
    }
  }

  @Test func explainers() throws {
    try expect(["gmar", "evidence"]) { try evaluation(model: EvidenceModel()) }
    try expect(["explainer gmar", "twice"]) { try evaluation(explainers: [GMAR(), GMAR()]) }
    try expect(["at least one explainer"]) { try evaluation(explainers: []) }
  }

  @Test func metrics() throws {
    try expect(["metric average-drop", "twice"]) { try evaluation(metrics: [AverageDrop(), AverageDrop()]) }
    let limited = LimitedModel(toy, to: toy.descriptor.capabilities.subtracting([.patchRemoval]))
    try expect(["tokens", "patch-removal", limited.descriptor.name]) {
      try evaluation(model: limited, metrics: [Tokens()])
    }
    let shapes = try Registry.builtIn().dataset("shapes:size=16")
    try expect(["comparing", "weights can be replaced"]) {
      try evaluation(model: limited, metrics: [Comparing()])
    }
    try expect(["comparing", "shapes", "8 of the 8 classes of the data are not among the model's 5: 'disc'"])
    {
      try evaluation(dataset: shapes, split: "train", metrics: [Comparing()])
    }
  }

  @Test func heads() throws {
    let limited = LimitedModel(toy, to: toy.descriptor.capabilities.subtracting([.headRemoval]))
    try expect(["heads", "head-removal"]) { try evaluation(model: limited, measuresHeads: true) }
  }

  @Test func targets() throws {
    var options = Scenes.Options()
    options.isLabelled = false
    try expect(["label", "images with a class", "scenes"]) {
      try evaluation(dataset: Scenes(options: options), target: .label)
    }
    let shapes = try Registry.builtIn().dataset("shapes:size=16")
    try expect(["'objects'", "8 of the 8 classes"]) {
      try evaluation(dataset: shapes, split: "train", target: .objects)
    }
    try expect(["no class 9"]) { try evaluation(target: EvaluationTarget(parsing: "9")) }
    try expect(["the 9 likeliest classes"]) { try evaluation(target: EvaluationTarget(parsing: "top:9")) }
    options.count = 0
    try expect(["no images"]) { try evaluation(dataset: Scenes(options: options)) }
  }

  @Test func targetTexts() throws {
    for text in ["predicted", "label", "objects", "top:2", "3", "class 1"] {
      #expect(try EvaluationTarget(parsing: text).description == text)
    }
    #expect(throws: TargetError.self) { try EvaluationTarget(parsing: "top:x") }
  }
}
