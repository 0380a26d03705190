import Foundation
import Testing
import XAICore
import XAIImage
import XAITensor
import XAIWeights

/// What a directory says of its classes, outputs and images, and what is said where it leaves something open.
@Suite struct DescriptionTests {
  @Test("probabilities are the scores of transformers' pipeline", arguments: CheckpointFixture.shared.scores)
  func probabilities(expected: CheckpointFixture.Scores) throws {
    let labels = Dictionary(uniqueKeysWithValues: (0..<expected.classes).map { (String($0), "label \($0)") })
    let model = try EditedModel("hf-vit").set([
      ("problem_type", expected.problemType), ("id2label", labels), ("label2id", nil),
    ]).edit { tensors in
      for name in ["classifier.weight", "classifier.bias"] {
        guard let tensor = tensors[name] else { continue }
        let row = tensor.count / tensor.shape[0]
        tensors[name] = Tensor(
          TensorShape([expected.classes] + tensor.shape.extents.dropFirst()),
          Array(tensor.elements.prefix(expected.classes * row)))
      }
    }.load()
    let image = try RGBImage(
      contentsOf: URL(fileURLWithPath: CheckpointFixture.path("")).deletingLastPathComponent()
        .appendingPathComponent("images/rgb8.png").path)
    let descriptor = model.descriptor
    let preprocessing = Preprocessing(
      resize: .exact(
        height: descriptor.preprocessing.inputSize?.height ?? 0,
        width: descriptor.preprocessing.inputSize?.width ?? 0),
      normalisation: .half)
    let logits = try model.forward(preprocessing.tensor(from: image), recording: Recording()).logits.elements
    let probabilities = Probabilities<Float>(of: logits, meaning: descriptor.output)
    #expect(descriptor.output.hasProbabilities == (expected.problemType != "regression"))
    let scores = logits.map { probabilities?.probability(ofLogit: $0) ?? $0 }
    for (score, wanted) in zip(scores, expected.scores) { #expect(abs(score - wanted) < 2e-5) }
    // One output that is a class is an assumption.
    let isAssumed =
      expected.classes == 1 && expected.problemType != "multi_label_classification"
      && expected.problemType != "regression"
    #expect(descriptor.notes.contains { $0.contains("one output") } == isAssumed, "\(descriptor.notes)")
  }

  @Test("preprocessing that no file states is said")
  func assumedPreprocessing() throws {
    let stated = try EditedModel("hf-vit").load().descriptor
    #expect(stated.notes.isEmpty, "\(stated.notes)")
    let assumed = try EditedModel("hf-vit").without("preprocessor_config.json").load().descriptor
    #expect(
      assumed.notes.contains { $0.contains("assumed") && $0.contains("bilinear") && $0.contains("0.5") })
    #expect(
      assumed.preprocessing.inputSize ?? (0, 0) == (
        stated.layout.grid.rows * 4, stated.layout.grid.columns * 4
      )
        || assumed.preprocessing.inputSize != nil)
    let timm = try EditedModel("timm-vit").set([
      ("pretrained_cfg.std", nil), ("pretrained_cfg.crop_pct", nil),
    ]).load()
    #expect(timm.descriptor.notes.contains { $0.contains("crop_pct, std") && $0.contains("assumed") })
    let size = try EditedModel("hf-vit")
    try #"{"size": 99}"#.write(
      toFile: "\(size.path)/preprocessor_config.json", atomically: true, encoding: .utf8)
    #expect(try size.load().descriptor.notes.contains { $0.contains("99×99") && $0.contains("assumed") })
  }

  private func labels(
    _ labels: Any?, indices: Any? = nil, count: Int? = nil
  ) throws -> (labels: [String], notes: [String]) {
    let descriptor = try EditedModel("hf-vit").set([
      ("id2label", labels), ("label2id", indices), ("num_labels", count),
    ]).load().descriptor
    return (descriptor.labels, descriptor.notes)
  }

  private let names = ["a", "b", "c", "d", "e", "f", "g"]

  private func numbered(from first: Int) -> [String: Any] {
    Dictionary(
      uniqueKeysWithValues: names.enumerated().map { (String($0.offset + first), $0.element as Any) })
  }

  @Test("labels count from 0; those that count from 1 are moved, and said")
  func shifted() throws {
    let plain = try labels(numbered(from: 0))
    #expect(plain.labels == names && plain.notes.isEmpty, "\(plain)")
    let shifted = try labels(numbered(from: 1))
    #expect(shifted.labels == names && shifted.notes.contains { $0.contains("from 1") }, "\(shifted)")
    let padded = try labels(
      Dictionary(uniqueKeysWithValues: names.enumerated().map { ("0\($0.offset)", $0.element as Any) }))
    #expect(padded.labels == names && padded.notes.isEmpty, "\(padded)")
    let numbers = try labels(Dictionary(uniqueKeysWithValues: (0..<7).map { (String($0), $0 * 10 as Any) }))
    #expect(numbers.labels == ["0", "10", "20", "30", "40", "50", "60"])
    let none = try labels(nil, count: 7)
    #expect(none.labels.first == "class 0" && none.labels.count == 7)
  }

  @Test(
    "labels that leave open which class they are of are refused",
    arguments: [
      ["0": "a", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f", "7": "g"],
      ["2": "a", "3": "b", "4": "c", "5": "d", "6": "e", "7": "f", "8": "g"],
      ["0": "a", "00": "b", "2": "c", "3": "d", "4": "e", "5": "f", "6": "g"],
      ["0": "a", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f", "x": "g"],
    ])
  func refused(given: [String: String]) throws {
    let error = #expect(throws: ConfigurationError.self) { try labels(given) }
    #expect(error?.description.contains("'id2label'") == true, "\(error?.description ?? "")")
  }

  @Test("what contradicts the labels is said, and so are labels of several classes")
  func contradictions() throws {
    let indices = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($0.element, 6 - $0.offset as Any) })
    let reversed = try labels(numbered(from: 0), indices: indices)
    #expect(reversed.labels == names && reversed.notes.contains { $0.contains("label2id") }, "\(reversed)")
    let count = try labels(numbered(from: 0), count: 3)
    #expect(count.labels == names && count.notes.contains { $0.contains("num_labels 3") }, "\(count)")
    var twice = numbered(from: 0)
    twice["6"] = "a"
    let repeated = try labels(twice, indices: ["a": 6])
    #expect(repeated.notes.count == 1 && repeated.notes[0].contains("'a' for 0, 6"), "\(repeated)")
    let timm = try EditedModel("timm-vit").set([("pretrained_cfg.label_names", ["a", "b"])]).load().descriptor
    #expect(timm.notes.contains { $0.contains("label_names") }, "\(timm.notes)")
  }

  @Test("quantised weights are refused by name")
  func quantised() throws {
    let failure = try EditedModel("hf-vit").set([("quantization_config", ["quant_method": "bitsandbytes"])])
      .failure()
    #expect(failure?.contains("bitsandbytes") == true, "\(failure ?? "")")
  }
}
