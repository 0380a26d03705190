/// How the names of a checkpoint's tensors are read: without what a wrapper of the training put around them.
///
/// `DistributedDataParallel` puts `module.` before every name, `torch.compile` puts `_orig_mod.` where it was applied, a module
/// of a training library its attribute, such as `model.`, and a file of a whole state its key, such as `state_dict.`. What is before
/// all names tells nothing and is left out. Of a checkpoint with an exponential moving average beside the weights (Polyak and
/// Juditsky 1992), the average counts, as in timm's `load_checkpoint`.
struct NameUnwrapping: Sendable {
  /// What stands before every name that is read, with its last dot; empty where nothing does.
  let prefix: String
  /// What stands before names that are left out, where the average counts in their place.
  let leftOut: String?
  /// Wrappers inside of names.
  private let inner: Set<Substring>

  /// What wraps modules at any depth.
  private static let wrappers: Set<Substring> = [
    "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
  ]
  /// What is known to stand before all names.
  private static let containers: Set<Substring> = [
    "module", "model", "backbone", "net", "network", "state_dict", "model_state_dict", "model_state",
    "student",
    "teacher",
  ]
  /// The average of the weights, each with the names under which the weights themselves lie beside it.
  private static let averages: Set<Substring> = [
    "state_dict_ema", "model_ema", "ema", "ema_model", "averaged_model", "ema_state_dict",
  ]
  /// What averages count steps with.
  private static let counters: Set<String> = ["n_averaged", "num_updates"]

  /// Finds what is around all of these names.
  init(_ names: [String]) {
    let unwrapped = names.map { Self.without(Self.wrappers, $0) }
    let isUnique = Set(unwrapped).count == names.count
    inner = isUnique && unwrapped != names ? Self.wrappers : []
    var left = (inner.isEmpty ? names : unwrapped).filter { !Self.counters.contains($0) }.map {
      Substring($0)
    }
    var (prefix, leftOut): (String, String?) = ("", nil)
    while let first = left.first.flatMap(Self.head) {
      let heads = Set(left.map { Self.head($0) ?? "" })
      var taken = first
      if heads.count > 1 {
        guard prefix.isEmpty, let pair = Self.average(in: left, heads: heads) else { break }
        (taken, leftOut) = (pair.average, "\(pair.weights).")
        left = left.filter { Self.head($0) == taken }
      }
      guard Self.containers.contains(taken) || Self.averages.contains(taken) else { break }
      left = left.map { $0.dropFirst(taken.count + 1) }
      prefix += "\(taken)."
    }
    (self.prefix, self.leftOut) = (prefix, leftOut)
  }

  /// The part before the first dot; nil where there is none.
  private static func head(_ name: Substring) -> Substring? {
    name.firstIndex(of: ".").map { name[..<$0] }
  }

  /// The two parts of a checkpoint that has the weights and their average, and nothing else.
  private static func average(
    in names: [Substring], heads: Set<Substring>
  ) -> (average: Substring, weights: Substring)? {
    guard heads.count == 2, let average = heads.first(where: averages.contains),
      let weights = heads.first(where: containers.contains)
    else { return nil }
    func ends(_ head: Substring) -> Set<Substring> {
      let branch = names.filter { $0.hasPrefix("\(head).") }.map { String($0.dropFirst(head.count + 1)) }
      // Either may be wrapped on its own.
      let inside = NameUnwrapping(branch)
      return Set(branch.compactMap { inside.name(of: $0).map { Substring($0) } })
    }
    return ends(average) == ends(weights) ? (average, weights) : nil
  }

  private static func without(_ wrappers: Set<Substring>, _ name: String) -> String {
    guard name.contains("_orig_mod") || name.contains("_wrapped_module") else { return name }
    return name.split(separator: ".", omittingEmptySubsequences: false).filter { !wrappers.contains($0) }
      .joined(separator: ".")
  }

  /// Whether names are read as they are.
  var isIdentity: Bool { prefix.isEmpty && inner.isEmpty }

  /// The name that a tensor of the file is read by; nil for what is left out.
  func name(of stored: String) -> String? {
    guard !isIdentity else { return stored }
    let name = inner.isEmpty ? stored : Self.without(inner, stored)
    guard name.hasPrefix(prefix) else {
      return Self.counters.contains(name) || leftOut.map(name.hasPrefix) == true ? nil : name
    }
    return String(name.dropFirst(prefix.count))
  }

  /// What a user should know, in a sentence; nil where names are read as they are.
  var note: String? {
    guard !isIdentity else { return nil }
    var parts: [String] = []
    if !prefix.isEmpty { parts.append("begin with '\(prefix)'") }
    if !inner.isEmpty { parts.append("hold '_orig_mod' or another wrapper of the training") }
    return "the weights' names \(parts.joined(separator: " and ")), which is left out"
      + (leftOut.map { "; those below '\($0)' are not read, since this is their moving average" } ?? "")
  }
}
