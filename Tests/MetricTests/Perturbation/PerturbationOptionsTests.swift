import Foundation
import Testing
import XAICore
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

@Suite struct PerturbationOptionsTests {
  /// A changed hash is a changed protocol: numbers of before and after can't be compared.
  static let hashes = [
    "insertion:rise-fast": "a75e2d6c78a3fd3c",
    "insertion:rise": "c713f4d941f39c53",
    "insertion:rise-adaptive": "5b60588b8ae345a0",
    "insertion:black": "8b136eb6f1a5cbc0",
    "insertion:blur": "b163769b94ccada4",
    "insertion:mean": "3f07ac6a0c6b3b84",
    "insertion:tokens": "8ca483425969f78e",
    "insertion:torch-cam": "c8969de7e1e580bd",
    "insertion:xplique": "6d70b14bb689801d",
    "insertion:quantus": "9a673f616a69afa0",
    "insertion:chefer": "1ac84e0f795a234e",
    "deletion:rise-fast": "c11a18a419795925",
    "deletion:rise": "26454c2711c66406",
    "deletion:rise-adaptive": "5e69981801bde903",
    "deletion:black": "bb893e04b207b9cf",
    "deletion:blur": "5426c87176a8d299",
    "deletion:mean": "09e66ac8c817d73d",
    "deletion:tokens": "645f9b3bc17062c1",
    "deletion:torch-cam": "c79d5ddb8ae9b640",
    "deletion:xplique": "12770d28ca05a2da",
    "deletion:quantus": "e69ab8a8951790dd",
    "deletion:chefer": "0d81bfa254063b49",
    "negative-perturbation:rise-fast": "ea92200bf30b32b6",
    "negative-perturbation:rise": "094a2c00293db955",
    "negative-perturbation:rise-adaptive": "423ac014fd0f22b6",
    "negative-perturbation:black": "c347389020161452",
    "negative-perturbation:blur": "1095145f84853a06",
    "negative-perturbation:mean": "13e5c8381366464a",
    "negative-perturbation:tokens": "88ac59d3605c779c",
    "negative-perturbation:torch-cam": "6d1574526b5183e3",
    "negative-perturbation:xplique": "b449e63dbbea3aff",
    "negative-perturbation:quantus": "501ce959093d5ada",
    "negative-perturbation:chefer": "a4aef554f2790104",
  ]

  @Test("protocols keep their hashes", arguments: PerturbationProtocolTests.metrics)
  func hashes(_ id: String) throws {
    let registry = try Registry(plugins: builtInMetrics)
    for preset in PerturbationProtocolTests.presets {
      let metric = try registry.metric("\(id):preset=\(preset)")
      #expect(metric.protocolHash == Self.hashes["\(id):\(preset)"], "\(id):\(preset)")
      #expect(metric.protocolName == preset)
    }
  }

  @Test("the page of a metric tells the hash of each preset", arguments: PerturbationProtocolTests.metrics)
  func pages(_ id: String) throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/metrics/\(id).md")
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    for preset in PerturbationProtocolTests.presets {
      let hash = try #require(Self.hashes["\(id):\(preset)"])
      #expect(rows.contains { $0.hasPrefix("| `\(preset)`") && $0.contains(hash) }, "\(id):\(preset)")
    }
  }

  @Test("no two protocols have one hash")
  func distinctHashes() {
    #expect(Set(Self.hashes.values).count == Self.hashes.count)
    #expect(
      Self.hashes.count == PerturbationProtocolTests.metrics.count * PerturbationProtocolTests.presets.count)
  }

  @Test("the default is rise-fast")
  func defaults() throws {
    #expect(PerturbationOptions().presetName == "rise-fast")
    #expect(try Registry(plugins: builtInMetrics).metric("deletion").specification == "deletion")
  }

  @Test("steps read back as they are written", arguments: ["rows(1)", "chunks(20)", "even(10)"])
  func step(_ text: String) throws {
    #expect(try #require(PerturbationStep(optionText: text)).optionText == text)
  }

  @Test(
    "steps that are none are refused",
    arguments: ["rows", "rows()", "rows(0)", "rows(-1)", "rows(1.5)", "rows(1", "columns(1)", "(1)", ""])
  func noStep(_ text: String) {
    #expect(PerturbationStep(optionText: text) == nil)
  }

  @Test(
    "as many steps as a number can say are no more than there are pixels",
    arguments: ["rows", "chunks", "even"])
  func manySteps(_ kind: String) throws {
    let metric = try Registry(plugins: builtInMetrics).metric("deletion:step=\(kind)(\(Int.max))")
    let count = try metric.frames(for: EvidenceModel().perfectSubject()).count
    #expect(count == (kind == "rows" ? 1 : 256))
  }

  @Test("options that contradict one another are refused by name")
  func contradictions() throws {
    let registry = try Registry(plugins: builtInMetrics)
    expectError("substrate=black is out of range: leave it out with unit=tokens") {
      try registry.metric("deletion:preset=tokens,substrate=black")
    }
    expectError("deletion: step can't be 'rows(0)'; write rows(n) per step") {
      try registry.metric("deletion:step=rows(0)")
    }
    var options = PerturbationOptions()
    options.step = .rows(0)
    expectError("step=rows(0) is out of range") { try Insertion(options: options) }
  }

  @Test("only the removal of tokens needs a model that can do without patches")
  func needs() throws {
    let registry = try Registry(plugins: builtInMetrics)
    for preset in PerturbationProtocolTests.presets {
      let needs = try registry.metric("insertion:preset=\(preset)").needs
      #expect(needs == (preset == "tokens" ? [.probabilities, .patchRemoval] : .probabilities))
    }
  }

  @Test(
    "steps of models of other sizes",
    arguments: [
      ("rise", 224, 224), ("rise-adaptive", 224, 224), ("rise-fast", 224, 28), ("rise-fast", 384, 48),
      ("rise-fast", 30, 4),
      ("torch-cam", 224, 20), ("xplique", 224, 10), ("quantus", 224, 671), ("chefer", 224, 9),
      ("tokens", 224, 27), ("tokens", 48, 8),
    ])
  func steps(_ preset: String, _ side: Int, _ steps: Int) throws {
    let patches = side / 16
    let subject = try MetricSubject(
      pixels: Tensor(repeating: 0, [3, side, side]), preprocessing: Preprocessing(resize: .none),
      scores: [Float](repeating: 0, count: patches * patches),
      grid: PatchGrid(rows: patches, columns: patches),
      map: [Float](repeating: 0, count: side * side), classIndex: 0, probability: 1)
    let metric = try Registry(plugins: builtInMetrics).metric("deletion:preset=\(preset)")
    let answers = try (0..<metric.frames(for: subject).count).map { _ in
      FrameAnswer(probability: 1, isPredicted: true)
    }
    #expect(try metric.measure(answers, for: subject)?.curve?.x.count == steps + 1)
  }
}
