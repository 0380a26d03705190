import XAICore
import XAITensor

/// What the name of a timm architecture implies and neither a configuration nor the names and shapes of tensors tell, such
/// as the number of heads and the activation.
///
/// The facts are those of the `table`, read off timm's own constructors by `Tests/Fixtures/timm/generate.py`.
package struct TimmArchitecture: Sendable {
  /// The name, as timm registers it.
  package let name: String
  /// The class in timm that the name makes.
  package let className: String
  private let facts: [Substring: Substring]

  /// The plainest vision transformer of timm's; the table says what departs from it.
  private static let plainest: [Substring: Substring] = [
    "embedding": "PatchEmbed", "positions": "all", "pool": "token", "pool_includes_prefix": "no",
    "block": "Block", "attention": "Attention", "mlp": "Mlp", "activation": "GELU", "norm": "LayerNorm:1e-06",
    "interpolation": "bicubic",
  ]

  /// The lines of the table, a name each.
  private static var lines: [Substring.UTF8View] { table.utf8.split(separator: UInt8(ascii: "\n")) }

  /// The release of timm whose constructors were looked at: "timm 1.0.31".
  package static let release = "timm 1.0.31"

  /// The names that timm registers, in the order of the table.
  package static var names: [String] {
    lines.map { String(decoding: $0.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self) }
  }

  /// The facts of a name; nil where timm registers no such name.
  package init?(named name: String) {
    let start = "\(name) ".utf8
    guard !name.isEmpty, let line = Self.lines.first(where: { $0.starts(with: start) }) else { return nil }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    self.name = name
    self.className = String(words[1])
    let pairs = words.dropFirst(2).map { $0.split(separator: "=", maxSplits: 1) }
    facts = Dictionary(pairs.map { ($0[0], $0[1]) }) { first, _ in first }
  }

  /// A fact, as the table has it.
  package subscript(key: Substring) -> String? { (facts[key] ?? Self.plainest[key]).map { String($0) } }

  /// A whole number.
  package func integer(_ key: Substring) -> Int? { self[key].flatMap { Int($0) } }

  /// Whole numbers with `+` or `x` between.
  package func integers(_ key: Substring) -> [Int]? {
    self[key]?.split { $0 == "+" || $0 == "x" }.compactMap { Int($0) }
  }

  /// The ε of its layer norms; nil where its norms are others.
  var epsilon: Float? {
    guard let norm = self["norm"], norm.hasPrefix("LayerNorm:") else { return nil }
    return Float(norm.dropFirst("LayerNorm:".count))
  }
}

extension TimmArchitecture {
  /// Why what the name implies isn't computed; nil where it is.
  var refusal: String? {
    let reasons: [(fact: String?, is: [String], reason: String)] = [
      (self["embedding"], ["HybridEmbed"], "whose patches come from a convolutional network"),
      (
        self["block"], ["ParallelThingsBlock"], "whose blocks have two attentions side by side, and two MLPs"
      ),
      (self["attention"], ["DiffAttention"], "whose attention is the difference of two"),
      (self["block"], ["DiffParallelScalingBlock"], "whose attention is the difference of two"),
      (self["mlp"], ["GeGluMlp"], "whose MLPs are gated by GELU"),
      (rope["in_pixels"], ["yes"], "whose rotary embeddings are of pixels"),
    ]
    if let known = reasons.first(where: { reason in reason.is.contains { $0 == reason.fact } }) {
      return known.reason
    }
    guard epsilon != nil else { return "whose norms are by root mean squares" }
    let isCounted = rope["class"] == "RotaryEmbeddingCat"
    guard isCounted || Double(rope["grid_offset"] ?? "0") == 0,
      rope["normalize_coords"] ?? "separate" == "separate",
      rope["class"] != "RotaryEmbeddingMixed" || rope["grid_indexing"] == "xy"
    else {
      return "whose rotary embeddings count rows and columns from elsewhere"
    }
    return nil
  }

  /// The facts of its rotary embeddings; none where it has none.
  private var rope: [Substring: String] {
    let pairs = (facts["rope"] ?? "").split(separator: ",").map { $0.split(separator: ":", maxSplits: 1) }
    return Dictionary(pairs.map { ($0[0], String($0[1])) }) { first, _ in first }
  }

  /// Its rotary embeddings; nil where it has none.
  var rotaryEmbedding: (any AttentionTransform)? {
    let rope = rope
    guard let kind = rope["class"] else { return nil }
    if kind == "RotaryEmbeddingMixed" { return MixedRotaryEmbedding() }
    let reference = rope["ref_feat_shape"]?.split(separator: "x").compactMap { Int($0) }
    return RotaryEmbedding(
      base: rope["temperature"].flatMap { Double($0) } ?? 10_000,
      pairing: rope["rotate_half"] == "yes" ? .halves : .adjacent,
      coordinates: kind == "RotaryEmbeddingDinoV3"
        ? .centred : .indices(of: reference.map { PatchGrid(rows: $0[0], columns: $0[1]) }),
      hasColumnsFirst: rope["grid_indexing"] == "xy",
      first: rope["grid_offset"].flatMap { Double($0) } ?? 0)
  }
}
