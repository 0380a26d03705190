import XAIFoundation
public import XAITensor

/// A low-rank adapter as Python's `peft` writes it: `adapter_config.json` and `adapter_model.safetensors` (Hu and others 2021,
/// arXiv 2106.09685).
///
/// Plain LoRA on linear layers is merged, and modules that were trained whole replace those of the base model. Whatever would need
/// something else is refused by the name of its key or tensor.
struct LowRankAdapter: Sendable {
  static let configurationName = "adapter_config.json"
  static let weightsName = "adapter_model.safetensors"

  /// `adapter_config.json`.
  let config: Configuration
  /// What messages call the weights.
  let path: String
  /// The base model, as `peft` names it: a path or a repository; nil where it isn't said.
  let base: String?
  /// The tensors by their names in the model, and in the file.
  private let tensors: [String: StoredTensor]
  private let file: SafetensorsFile
  /// The linear layers that are adapted, in order.
  private let maps: [String]
  private let names: TransformersNames

  /// Reads the adapter of a directory: its configuration, and the header of its weights.
  ///
  /// - Parameter modelType: the `model_type` of the base model, by which its modules are named.
  /// - Throws: `ConfigurationError` for another kind of adapter, `WeightStoreError` where there are no weights.
  init(directory: String, config: Configuration, modelType: String?) throws {
    try Self.rejectUnsupported(config)
    let path = "\(directory)/\(Self.weightsName)"
    if let target = FileSystem.brokenTarget(of: path) {
      throw WeightStoreError.brokenLink(file: path, target: target)
    }
    guard fileExists(path) else {
      guard fileExists("\(directory)/adapter_model.bin") else {
        throw WeightStoreError.noAdapterWeights(directory: directory)
      }
      throw WeightStoreError.pickledWeights(directory: directory, file: "adapter_model.bin")
    }
    let file = try SafetensorsFile(path: path)
    let names = TransformersNames(modelType: modelType)
    var tensors: [String: StoredTensor] = [:]
    for tensor in file.tensors {
      let name = Self.modelName(tensor.name)
      guard tensors.updateValue(tensor, forKey: name) == nil else {
        throw AdapterError.unused(adapter: path, tensors: [tensor.name])
      }
    }
    (self.config, self.path, self.file, self.tensors, self.names) = (config, path, file, tensors, names)
    base = try config.optionalString("base_model_name_or_path")
    maps = tensors.keys.compactMap { name in
      name.hasSuffix(Self.downSuffix) ? String(name.dropLast(Self.downSuffix.count)) : nil
    }.ordered(by: <)
  }

  private static let downSuffix = ".lora_A.weight"
  private static let upSuffix = ".lora_B.weight"

  /// Throws for what isn't plain LoRA, by its key.
  private static func rejectUnsupported(_ config: Configuration) throws(ConfigurationError) {
    let type = try config.string("peft_type")
    guard type == "LORA" else {
      throw config.unsupported("peft_type", value: "'\(type)'", supported: "'LORA'")
    }
    let changing = [
      "use_dora", "use_qalora", "lora_bias", "layer_replication", "alora_invocation_tokens",
      "target_parameters", "trainable_token_indices", "megatron_config", "arrow_config", "use_bdlora",
      "kappa_tune_config", "monteclora_config", "velora_config",
    ]
    for key in changing {
      switch config.optionalValue(key) {
      case nil, .boolean(false), .array([]), .object([:]): continue
      case .some: throw config.unsupported(key, value: "set", supported: "plain LoRA, without it")
      }
    }
    // Others change the base weights as they begin, so that these don't fit the published ones.
    switch config.optionalValue("init_lora_weights") {
    case nil, .boolean, .string("gaussian"), .string("eva"), .string("orthogonal"): break
    case let value?:
      throw config.unsupported(
        "init_lora_weights", value: value.text.map { "'\($0)'" } ?? "of another kind",
        supported: "true, false, 'gaussian', 'eva' and 'orthogonal', which leave the base weights as they are"
      )
    }
  }

  /// A tensor's name without what `peft` puts around it: the wrapper before it, the adapter's name inside.
  private static func modelName(_ stored: String) -> String {
    var parts = stored.split(separator: ".", omittingEmptySubsequences: false)
    if parts.starts(with: ["base_model", "model"]) { parts.removeFirst(2) }
    parts.removeAll { $0 == "_orig_mod" || $0 == "base_layer" }
    if let saved = parts.firstIndex(of: "modules_to_save") {
      parts.remove(at: saved)
      if saved < parts.count, parts[saved] == "default" { parts.remove(at: saved) }
    }
    if let side = parts.firstIndex(where: { $0 == "lora_A" || $0 == "lora_B" }), parts.count == side + 3 {
      parts.remove(at: side + 1)
    }
    return parts.joined(separator: ".")
  }
}

// MARK: - Classes

extension LowRankAdapter {
  /// The classes of a classifier that was trained with the adapter; nil where it has none of its own.
  var classCount: Int? {
    let heads: Set<Substring> = ["classifier", "cls_classifier", "head", "fc"]
    let rows = tensors.compactMap { name, tensor -> Int? in
      let parts = name.split(separator: ".")
      guard parts.last == "weight", parts.count >= 2, heads.contains(parts[parts.count - 2]) else {
        return nil
      }
      return tensor.shape.rank == 2 ? tensor.shape[0] : nil
    }
    return Set(rows).count == 1 ? rows.first : nil
  }
}

// MARK: - Merging

extension LowRankAdapter {
  /// The base model's weights with those of the adapter.
  ///
  /// Matrices are merged when they are asked for, and take memory then; all others stay where they are mapped.
  ///
  /// - Throws: `AdapterError` for tensors that don't fit the base model, or that nothing is made of.
  func applied(to base: WeightStore) throws -> WeightStore {
    guard !maps.isEmpty else { throw AdapterError.empty(adapter: path) }
    let (start, root) = try aligned(base)
    var merged = start
    var used: Set<String> = []
    func target(_ name: String) -> String { names.checkpointName(of: root + name) }
    for map in maps {
      let update = try update(of: map)
      let name = target("\(map).weight")
      guard let stored = merged[name] else {
        throw AdapterError.noSuchMap(adapter: path, map: map, base: base.path)
      }
      guard stored.type.isReadable, stored.shape == update.shape else {
        throw AdapterError.otherShape(
          adapter: path, map: map, adapted: update.shape, found: stored.shape, base: base.path)
      }
      merged.add(update, to: name)
      used.formUnion([map + Self.downSuffix, map + Self.upSuffix])
    }
    for (name, tensor) in tensors.ordered(by: { $0.key < $1.key })
    where try replaces(name, in: merged, target) {
      merged.replace(target(name), by: tensor, of: file)
      used.insert(name)
    }
    let unused = tensors.filter { !used.contains($0.key) }.map(\.value.name).ordered(by: <)
    guard unused.isEmpty else { throw AdapterError.unused(adapter: path, tensors: unused) }
    try checkSavedModules()
    merged.note(
      "\(listed([path])) is merged into the weights: \(maps.count) matrices"
        + (used.count > 2 * maps.count
          ? ", and \(used.count - 2 * maps.count) tensors that it replaces" : ""))
    return merged
  }

  /// Gives both the same root: a backbone's names lack the `model_type` that those of a model with a classifier begin with.
  private func aligned(_ base: WeightStore) throws(AdapterError) -> (WeightStore, root: String) {
    let map = maps[0]
    func has(_ name: String) -> Bool { base[names.checkpointName(of: "\(name).weight")] != nil }
    if has(map) { return (base, "") }
    if let dot = map.firstIndex(of: "."), has(String(map[map.index(after: dot)...])) {
      return (base.prefixed(with: String(map[...dot])), "")
    }
    let roots = Set(base.tensors.compactMap { $0.name.split(separator: ".").first })
    if let root = roots.ordered(by: <).first(where: { has("\($0).\(map)") }) { return (base, "\(root).") }
    throw .noSuchMap(adapter: path, map: map, base: base.path)
  }
}

extension LowRankAdapter {
  /// What the adapter adds to the matrix of a linear layer.
  private func update(of map: String) throws -> LowRankUpdate {
    guard let down = tensors[map + Self.downSuffix], let up = tensors[map + Self.upSuffix] else {
      throw AdapterError.incomplete(adapter: path, map: map)
    }
    guard down.shape.rank == 2, up.shape.rank == 2 else {
      throw AdapterError.notLinear(adapter: path, map: map)
    }
    let rank = try pattern("rank_pattern", map)?.integer ?? config.integer("r", in: 1...65_536)
    guard down.shape[0] == rank, up.shape[1] == rank, down.type.isReadable, up.type.isReadable else {
      throw AdapterError.otherRank(adapter: path, map: map, stated: rank, down: down.shape, up: up.shape)
    }
    let alpha = try pattern("alpha_pattern", map)?.number ?? config.optionalDouble("lora_alpha") ?? 8
    let isStabilised = try config.optionalBool("use_rslora") ?? false
    let scale = alpha / (isStabilised ? Double(rank).squareRoot() : Double(rank))
    guard scale.isFinite else { throw config.invalid("lora_alpha", "is \(alpha)") }
    return LowRankUpdate(
      file: file, down: down, up: up, scale: Float(scale),
      isTransposed: try config.optionalBool("fan_in_fan_out") ?? false)
  }

  /// The value of the pattern that fits a module, nil where none does: a regular expression for the end of its name.
  private func pattern(_ key: String, _ map: String) throws -> JSONValue? {
    guard let patterns = try config.section(key), case .object(let values) = patterns.value, !values.isEmpty
    else {
      return nil
    }
    if let exact = values[map] { return exact }
    let fitting = try values.filter { pattern, _ in
      do {
        return try Regex("(?:.*\\.)?(?:\(pattern))").wholeMatch(in: map) != nil
      } catch {
        throw config.invalid(key, "has \(quoted(pattern)), which is no regular expression")
      }
    }
    guard Set(fitting.values).count <= 1 else {
      throw config.invalid(key, "has several patterns with different values for \(quoted(map))")
    }
    return fitting.first?.value
  }

  /// Whether a tensor takes the place of one of the base model: one of a module that was trained whole, or a bias.
  private func replaces(
    _ name: String, in base: WeightStore, _ target: (String) -> String
  ) throws -> Bool {
    let saved = try config.optionalStrings("modules_to_save") ?? []
    if saved.contains(where: { name.hasPrefix("\($0).") || name.contains(".\($0).") }) { return true }
    let biases = try config.optionalString("bias") ?? "none"
    return biases != "none" && name.hasSuffix(".bias") && base[target(name)]?.shape == tensors[name]?.shape
  }

  /// Throws where a module that should have been trained whole isn't there: the base model's would take its place.
  private func checkSavedModules() throws {
    for module in try config.optionalStrings("modules_to_save") ?? []
    where !tensors.keys.contains(where: { $0.hasPrefix("\(module).") || $0.contains(".\(module).") }) {
      throw config.invalid("modules_to_save", "has \(quoted(module)), of which \(quoted(path)) has no tensor")
    }
  }
}

/// Why an adapter can't be merged into its base model; every case names the adapter's file.
public enum AdapterError: Error, Hashable, Sendable {
  /// No linear layer is adapted.
  case empty(adapter: String)
  /// One of the two matrices of a map isn't there.
  case incomplete(adapter: String, map: String)
  /// A map is adapted that isn't linear, such as a convolution or an embedding.
  case notLinear(adapter: String, map: String)
  /// The matrices have another rank than the configuration states.
  case otherRank(adapter: String, map: String, stated: Int, down: TensorShape, up: TensorShape)
  /// The base model has no such map.
  case noSuchMap(adapter: String, map: String, base: String)
  /// The map of the base model has another shape.
  case otherShape(adapter: String, map: String, adapted: TensorShape, found: TensorShape, base: String)
  /// Tensors of which nothing is made.
  case unused(adapter: String, tensors: [String])
}

extension AdapterError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .empty(let adapter):
      "\(quoted(adapter)) adapts no linear layer: it has no tensor named lora_A. Check that it is the adapter of adapter_config.json"
    case .incomplete(let adapter, let map):
      "\(quoted(adapter)) has one of the two matrices of \(quoted(map)) only. Save the adapter again"
    case .notLinear(let adapter, let map):
      "\(quoted(adapter)) adapts \(quoted(map)), which isn't a linear layer. \(Self.mergeInPython)"
    case .otherRank(let adapter, let map, let stated, let down, let up):
      "\(quoted(adapter)): the matrices of \(quoted(map)) are \(down) and \(up), and adapter_config.json states the rank "
        + "\(stated). Check that both are of one adapter"
    case .noSuchMap(let adapter, let map, let base):
      "\(quoted(adapter)) adapts \(quoted(map)), which \(quoted(base)) doesn't have. Check that it is the adapter's base model"
    case .otherShape(let adapter, let map, let adapted, let found, let base):
      "\(quoted(adapter)) adapts \(quoted(map)) as \(adapted), and \(quoted(base)) has \(found). Check that it is the adapter's "
        + "base model"
    case .unused(let adapter, let tensors):
      "\(quoted(adapter)) has tensors of which nothing is made here: \(listed(tensors)). \(Self.mergeInPython)"
    }
  }

  private static let mergeInPython =
    "Merge it once in Python: peft's merge_and_unload(), then save_pretrained()"
}
