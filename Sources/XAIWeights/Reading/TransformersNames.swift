/// What the modules of `transformers` are called since its version 5 and what they are called in checkpoints.
///
/// `save_pretrained` writes the names that checkpoints have always had; a `state_dict` that is saved by other means, and an
/// adapter, have those of the modules. Both are read by the names of checkpoints.
struct TransformersNames: Sendable {
  /// How names of one kind of model are built.
  private enum Layout {
    /// `layers.0.attention.q_proj` for `encoder.layer.0.attention.attention.query`.
    case vit
    /// `encoder.layer.0.attention.q_proj` for `encoder.layer.0.attention.attention.query`.
    case dinov2
    /// `encoder.layers.0.blocks.0.attention.q_proj` for `encoder.layers.0.blocks.0.attention.self.query`.
    case swin
    /// `model.layer.0.norm1` for `layer.0.norm1`.
    case dinov3
  }

  private let layout: Layout?

  /// The names of a model by its `model_type`; those of other models stay as they are.
  init(modelType: String?) {
    switch modelType {
    case "vit", "vit_mae", "vit_msn", "deit", "beit": layout = .vit
    case "dinov2", "dinov2_with_registers": layout = .dinov2
    case "swin": layout = .swin
    case "dinov3_vit": layout = .dinov3
    default: layout = nil
    }
  }

  /// The checkpoint's name of a tensor.
  func checkpointName(of name: String) -> String {
    guard let layout else { return name }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    switch layout {
    case .vit: return vit(parts) ?? name
    case .dinov3: return parts.starts(with: ["model", "layer"]) ? joined(parts.dropFirst(), []) : name
    case .dinov2:
      guard let layer = parts.firstIndex(of: "layer"), layer + 2 < parts.count else { return name }
      return joined(parts[...(layer + 1)], attention(parts[(layer + 2)...], inner: "attention"))
    case .swin:
      guard let block = parts.firstIndex(of: "blocks"), block + 2 < parts.count else { return name }
      let rest = parts[(block + 2)...]
      if rest.starts(with: ["attention", "relative_position_bias"]) {
        return joined(parts[...(block + 1)], ["attention", "self"] + rest.dropFirst(2))
      }
      return joined(parts[...(block + 1)], mlp(attention(rest, inner: "self")))
    }
  }

  private func vit(_ parts: [Substring]) -> String? {
    if let shared = parts.firstIndex(of: "shared_position_bias") {
      return joined(parts[..<shared], ["encoder", "relative_position_bias"] + parts[(shared + 1)...])
    }
    guard let layers = parts.firstIndex(of: "layers"), layers <= 1, layers + 2 < parts.count else {
      return nil
    }
    let rest = parts[(layers + 2)...]
    let head = parts[..<layers] + ["encoder", "layer", parts[layers + 1]]
    if rest.first == "relative_position_bias" { return joined(head, ["attention", "attention"] + rest) }
    return joined(head, mlp(attention(rest, inner: "attention")))
  }

  private func joined(_ head: some Sequence<Substring>, _ rest: some Sequence<Substring>) -> String {
    (Array(head) + Array(rest)).joined(separator: ".")
  }

  private func attention(_ rest: some Collection<Substring>, inner: Substring) -> [Substring] {
    let rest = Array(rest)
    guard rest.count > 1, rest[0] == "attention" else { return rest }
    let maps: [Substring: Substring] = ["q_proj": "query", "k_proj": "key", "v_proj": "value"]
    if let map = maps[rest[1]] { return ["attention", inner, map] + rest.dropFirst(2) }
    return rest[1] == "o_proj" ? ["attention", "output", "dense"] + rest.dropFirst(2) : rest
  }

  private func mlp(_ rest: [Substring]) -> [Substring] {
    guard rest.count > 1, rest[0] == "mlp" else { return rest }
    switch rest[1] {
    case "fc1": return ["intermediate", "dense"] + rest.dropFirst(2)
    case "fc2": return ["output", "dense"] + rest.dropFirst(2)
    default: return rest
    }
  }
}
