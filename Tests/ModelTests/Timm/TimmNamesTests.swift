import Foundation
import Testing
import XAICore
import XAIImage
import XAIModels
import XAISwin
import XAITesting
import XAITransformer
import XAIWeights

/// Every name that timm registers for vision transformers, DeiT, BEiT, Swin and EVA, held against what timm's own
/// constructor makes of it: a model that loads is that model, fact by fact, and any other is refused by name.
@Suite struct TimmNamesTests {
  /// What became of the names.
  private struct Tally {
    var loaded: Set<String> = []
    var refused: [String: Set<String>] = [:]
    var differing: [String] = []

    var lines: [String] {
      ["\(loaded.count) names load"]
        + refused.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
          "\($0.value.count) refused: \($0.key)"
        }
        + ["\(differing.count) differ"]
    }
  }

  /// Names by the reason for which they are refused; the rest load.
  private static let expected = [
    "architecture is …, timm's own Swin v2, whose norms and position bias are others": 16,
    "architecture is …, whose patches come from a convolutional network": 27,
    "architecture is …, whose blocks have two attentions side by side, and two MLPs": 2,
    "architecture is …, whose norms are by root mean squares": 8,
    "architecture is …, whose attention is the difference of two": 3,
  ]

  /// Configurations that say the same: as timm 1.0.31 writes it, and as the hub has them, without arguments, by a name with
  /// source and tag.
  private func configurations(_ record: TimmRecord) -> [[String: JSONValue]] {
    var published = record.config
    published["model_args"] = nil
    published["architecture"] = .string(
      "hf-hub:timm/\(record.name)\(record.tag.isEmpty ? "" : ".\(record.tag)")")
    return [record.config, published]
  }

  private func load(_ folder: String) throws -> any Model {
    try Registry(plugins: builtInModels).loadModel(
      ModelDirectory(folder), LoadRequest(kernels: AvailableKernels.preferred.make()))
  }

  /// How a model differs from what timm's constructor made; empty where it doesn't.
  private func differences(_ model: any Model, from record: TimmRecord) -> [String] {
    let own: [String: JSONValue] =
      switch model {
      case let model as VisionTransformer: TimmFacts.of(model)
      case let model as HierarchicalTransformer: TimmFacts.of(model)
      default: [:]
      }
    var expected =
      model is HierarchicalTransformer
      ? record.facts.filter { own[$0.key] != nil } : record.facts.filter { $0.key != "class" }
    // Classes of timm's that compute the same.
    let same = [
      "EvaBlock": "Block", "EvaBlockPostNorm": "ResPostBlock", "EvaAttention": "Attention",
      "AttentionRope": "Attention", "RelPosBlock": "Block", "ResPostRelPosBlock": "ResPostBlock",
      "RelPosAttention": "Attention",
    ]
    for key in ["block", "attention"] {
      if let name = expected[key]?.string { expected[key] = .string(same[name] ?? name) }
    }
    var found = Set(own.keys).union(expected.keys).sorted().filter { own[$0] != expected[$0] }.map {
      "\($0) is \(own[$0]?.text ?? "not there"), timm's \(expected[$0]?.text ?? "not there")"
    }
    if model.descriptor.parameterCount != record.parameterCount {
      found.append("\(model.descriptor.parameterCount) parameters, timm's \(record.parameterCount)")
    }
    let input = model.descriptor.preprocessing.inputSize
    if let image = record.facts["image"], input.map({ TimmFacts.pair($0.height, $0.width) }) != image {
      found.append("the input is \(String(describing: input)), timm's \(image.text)")
    }
    return found
  }

  /// The reason of a refusal; nil for an error that doesn't refuse by name.
  private func reason(_ error: any Error, _ record: TimmRecord) -> String? {
    guard case VisionTransformerError.unsupported(_, let key, let value, _) = error else { return nil }
    // A pretrained configuration may be written under the name of another size of the model.
    let names = [record.name, record.config["architecture"]?.string ?? record.name]
    return names.reduce("\(key) is \(value)") { $0.replacingOccurrences(of: "'\($1)'", with: "…") }
  }

  @Test("every name loads as what timm's constructor makes, or is refused by name")
  func names() throws {
    let folder = NSTemporaryDirectory() + "xai-timm-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var tally = Tally()
    let records = try TimmRecord.all()
    for record in records {
      try record.writeWeights(to: folder)
      for config in configurations(record) {
        do {
          try Data(JSONValue.object(config).text.utf8).write(to: URL(filePath: "\(folder)/config.json"))
          let differing = differences(try load(folder), from: record)
          tally.differing += differing.map { "\(record.name).\(record.tag): \($0)" }
          tally.loaded.insert(record.name)
        } catch {
          guard let reason = reason(error, record) else {
            tally.differing.append("\(record.name).\(record.tag): \(error)")
            continue
          }
          tally.refused[reason, default: []].insert(record.name)
        }
      }
    }
    for line in tally.lines { print("timm: \(line)") }
    #expect(tally.differing.isEmpty, "\(tally.differing.prefix(40).joined(separator: "\n"))")
    #expect(tally.refused.mapValues(\.count) == Self.expected)
    let refused = tally.refused.values.reduce(into: Set()) { $0.formUnion($1) }
    #expect(refused.isDisjoint(with: tally.loaded))
    #expect(tally.loaded.count == 253)
    #expect(tally.loaded.union(refused) == Set(records.map(\.name)))
    #expect(Set(records.map(\.name)) == Set(TimmArchitecture.names))
  }
}
