import XAICore
import XAIFoundation

extension Experiment {
  /// Everything that the results depend on, field by field, as texts.
  ///
  /// Titles, summaries and citations are left out: a later version may word them better.
  var fields: [(name: String, value: String)] {
    [
      ("model", model.name), ("architecture", model.architecture), ("weights", model.hash),
      ("classes", "\(model.labels.count) (\(Self.hash(of: model.labels)))"),
      ("layers", "\(model.layerCount)"), ("heads", "\(model.headCount)"), ("grid", "\(model.grid)"),
      ("input", "\(model.inputHeight)×\(model.inputWidth)"), ("parameters", "\(model.parameterCount)"),
      ("data", data.name), ("split", data.split),
      ("pictures", "\(data.splitCount) (\(data.hash))"),
      ("sample", "\(data.sampleCount)\(data.sampleSeed.map { " with seed \($0)" } ?? "")"),
      ("target", target), ("explainers", explainers.map(\.specification).joined(separator: ", ")),
      ("metrics", metrics.map { "\($0.specification) (\($0.protocolHash))" }.joined(separator: ", ")),
      ("heads measured", measuresHeads ? "yes" : "no"),
    ] + settings.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }
  }

  /// The fields in which this experiment differs from another: the name, what is there, what is here.
  package func differences(to other: Experiment) -> [String] {
    let (there, here) = (
      Dictionary(fields.map { ($0.name, $0.value) }) { $1 },
      Dictionary(other.fields.map { ($0.name, $0.value) }) { $1 }
    )
    let names = fields.map(\.name) + other.fields.map(\.name).filter { there[$0] == nil }
    return names.filter { there[$0] != here[$0] }
      .map { "\($0): \(there[$0] ?? "nothing") there, \(here[$0] ?? "nothing") here" }
  }

  private static func hash(of texts: [String]) -> String {
    var hash = FNV1a()
    for text in texts { hash.add(delimited: text) }
    return hash.text
  }
}

extension FNV1a {
  /// Adds a text with its length before it, so that what follows can't be taken for part of it.
  mutating func add(delimited text: String) {
    add(UInt64(text.utf8.count))
    add(text)
  }
}
