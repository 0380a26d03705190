import Foundation
import Testing
import XAI
import XAIFoundation
import XAITesting

/// Written directories in `transformers`: the same logits, preprocessing and labels, and no tensor too few or too many.
///
/// It runs where `XAI_PYTHON` names an interpreter that has transformers, timm, torch and safetensors.
@Suite struct WrittenModelTests {
  static let python = ProcessInfo.processInfo.environment["XAI_PYTHON"]
  static let labels = ["plain", "a \"quoted\" name\\", "naïve 漢字 😀", "tab\there"]

  struct Verdict: Decodable {
    let folder: String
    let right: Bool
    let labels: [String]?
    let dtype: String?
  }

  @Test("transformers reads what is written", .enabled(if: python != nil, "XAI_PYTHON names no interpreter"))
  func transformers() throws {
    let folder = NSTemporaryDirectory() + "xai-written-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var labels: [String: [String]] = [:]
    for (name, model, type) in try cases() {
      let kept = try write(model, type, to: "\(folder)/\(name)")
      labels[name] = kept
    }

    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    let script = GoldenCase.fixtures.deletingLastPathComponent()
      .appendingPathComponent("Python/check_written_model.py").path
    process.arguments = [script] + labels.keys.sorted().map { "\(folder)/\($0)" }
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()

    let verdicts = try text.split(separator: "\n").map {
      try JSONDecoder().decode(Verdict.self, from: Data($0.utf8))
    }
    #expect(verdicts.count == labels.count, "\(text)")
    for (verdict, line) in zip(verdicts, text.split(separator: "\n")) {
      #expect(verdict.right, "\(line)")
      #expect(verdict.labels == labels[verdict.folder], "\(line)")
      // Narrow weights are widened there as they are here.
      #expect(verdict.dtype == "torch.float32", "\(line)")
    }
  }

  /// Each fixture as it was loaded, and with new classes; backbones with a classifier; untrained models of other sizes; narrow
  /// weights.
  private func cases() throws -> [(name: String, model: any TrainableModel, type: StoredType)] {
    let kernels = AvailableKernels.preferred.make()
    var cases: [(name: String, model: any TrainableModel, type: StoredType)] = []
    var random = SeededRandom(seed: 4)
    for golden in GoldenCase.everyModel where !golden.name.contains("interpolated") && !golden.hasClassVectors
    {
      let model = try #require(try golden.model(on: kernels) as? any TrainableModel)
      cases.append((golden.name, model, .float32))
      cases.append(
        ("\(golden.name)-new-head", model.replacingHead(labels: Self.labels, random: &random), .float32))
      if ["hf-vit", "hf-deit-distilled", "timm-deit"].contains(golden.name) {
        cases.append(("\(golden.name)-float16", model, .float16))
      }
    }
    let backbones = GoldenCase.fixtures.appendingPathComponent("backbones").path
    for name in try FileManager.default.contentsOfDirectory(atPath: backbones).sorted()
    where FileManager.default.fileExists(atPath: "\(backbones)/\(name)/config.json") {
      let backbone = try Registry.builtIn().loadModel(
        ModelDirectory("\(backbones)/\(name)"), LoadRequest(kernels: kernels))
      let model = try #require(backbone as? any TrainableModel)
      cases.append(
        ("backbone-\(name)", model.replacingHead(labels: Self.labels, random: &random), .float32))
    }
    for name in ["hf-swin-padded", "hf-swinv2-padded", "timm-swin-padded", "timm-swinv2-padded"] {
      let loaded = try Registry.builtIn().loadModel(
        ModelDirectory(GoldenCase.fixtures.appendingPathComponent("swin/\(name)").path),
        LoadRequest(kernels: kernels))
      let model = try #require(loaded as? any TrainableModel)
      cases.append((name, model, .float32))
      cases.append(("\(name)-new-head", model.replacingHead(labels: Self.labels, random: &random), .float32))
    }
    if let data = ProcessInfo.processInfo.environment["XAI_DATA"] {
      for name in ["vit-tiny-patch16-224", "deit_tiny_patch16_224.timm"] {
        let model = try Registry.builtIn().loadModel(
          ModelDirectory("\(data)/models/\(name)"), LoadRequest(kernels: kernels))
        cases.append((name, try #require(model as? any TrainableModel), .float16))
      }
    }
    let configurations = [
      "untrained-vit-96": """
      {"model_type": "vit", "image_size": 96, "patch_size": 8, "hidden_size": 24, "num_hidden_layers": 2,
       "num_attention_heads": 2, "intermediate_size": 48}
      """,
      "untrained-deit-teacher": """
      {"model_type": "deit", "architectures": ["DeiTForImageClassificationWithTeacher"], "image_size": 64,
       "patch_size": 16, "hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48}
      """,
      "untrained-vit-no-model-type": """
      {"architectures": ["ViTForImageClassification"], "image_size": [32, 48], "patch_size": 16, "hidden_size": 24,
       "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48, "_name_or_path": "elsewhere",
       "torch_dtype": "float16", "num_labels": 77, "problem_type": "multi_label_classification"}
      """,
      "untrained-swin": """
      {"model_type": "swin", "image_size": 48, "patch_size": 4, "embed_dim": 12, "depths": [2, 2, 1], "num_heads": [2, 3, 4],
       "window_size": 3, "use_absolute_embeddings": true}
      """,
      "untrained-swinv2": """
      {"architectures": ["Swinv2ForImageClassification"], "image_size": [32, 48], "patch_size": 4, "embed_dim": 12,
       "depths": [2, 1], "num_heads": [2, 3], "window_size": 4, "pretrained_window_sizes": [3, 0]}
      """,
    ]
    for (name, text) in configurations.sorted(by: { $0.key < $1.key }) {
      let folder = NSTemporaryDirectory() + "xai-untrained-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
      let model = try Registry.builtIn().makeUntrainedModel(
        ModelDirectory(folder), labels: Self.labels, random: &random, on: kernels)
      cases.append((name, model, .float32))
    }
    return cases
  }

  /// Writes a model and what it computes, as it is once it is loaded again; gives its labels.
  private func write(_ model: any TrainableModel, _ type: StoredType, to folder: String) throws -> [String] {
    try model.write(to: "\(folder)/model", type: type)
    let loaded = try Registry.builtIn().loadModel(
      ModelDirectory("\(folder)/model"), LoadRequest(kernels: AvailableKernels.preferred.make()))
    let preprocessing = loaded.descriptor.preprocessing
    #expect(preprocessing == model.descriptor.preprocessing)
    let size = try #require(preprocessing.inputSize)
    var random = SeededRandom(seed: 5)
    let input = random.normal([2, 3, size.height, size.width])
    let image = try RGBImage(
      width: 61, height: 47, pixels: (0..<61 * 47 * 3).map { _ in UInt8(random.next() >> 56) })
    try image.write(to: "\(folder)/image.png")
    try SafetensorsWriter().write(
      [
        "input": input, "logits": loaded.logits(input), "pixels": preprocessing.tensor(from: image),
      ], to: "\(folder)/expected.safetensors")
    return loaded.descriptor.labels
  }
}
