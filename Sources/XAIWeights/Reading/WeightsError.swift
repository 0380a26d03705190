public import XAITensor

/// How the weights differ from what a model asked for, all of it at once.
public struct WeightsError: Error, Hashable, Sendable {
  /// A tensor that the model needs and the weights don't have.
  public struct Missing: Hashable, Sendable {
    /// The name that was asked for.
    public let name: String
    /// The shape that was asked for.
    public let shape: TensorShape
    /// A left-over tensor of the same shape whose name is like it, if there is one.
    public let similar: String?
  }

  /// A tensor that is there with another shape, or with elements that aren't floating-point numbers.
  public struct Mismatch: Hashable, Sendable {
    /// The name of the tensor.
    public let name: String
    /// The shape that was asked for.
    public let expected: TensorShape
    /// The shape in the file.
    public let found: TensorShape
    /// The element type in the file.
    public let type: StoredType
  }

  /// What messages call the weights.
  public let path: String
  /// Tensors that the model needs and the weights don't have.
  public let missing: [Missing]
  /// Tensors that are there in another form.
  public let mismatched: [Mismatch]
  /// Tensors that are there and that the model didn't ask for.
  public let unexpected: [String]
}

extension WeightsError: CustomStringConvertible {
  /// What stands before the names throughout, where that is all, or else the three lists, of each the first 20.
  public var description: String {
    let head =
      "\(quoted(path)) doesn't fit the model. "
      + (quantised.map {
        "The weights look quantised (\(quoted($0))): convert them to float32, float16 or bfloat16"
      } ?? "Check that config.json belongs to these weights")
    if let sentence = renaming { return "\(quoted(path)) doesn't fit the model by its names: \(sentence)" }
    return
      ([head]
      + section("missing", missing.map(\.line))
      + section("of another shape or type", mismatched.map(\.line))
      + section("not part of the model", unexpected.map { quoted($0) }))
      .joined(separator: "\n")
  }

  /// The first tensor that is what libraries of quantisation store beside integers; nil where none is.
  private var quantised: String? {
    let marks = ["weight_scale", ".qweight", ".qzeros", ".SCB", ".absmax", ".quant_map"]
    return unexpected.first { name in marks.contains { name.hasSuffix($0) } }
  }

  /// What stands before all names on one side and not on the other, and what to do; nil where names differ otherwise.
  private var renaming: String? {
    guard missing.count > 3, mismatched.isEmpty, let first = missing.first?.name else { return nil }
    let names = Set(unexpected)
    if let longer = unexpected.first(where: { $0.hasSuffix(".\(first)") }) {
      let prefix = String(longer.dropLast(first.count))
      guard missing.allSatisfy({ names.contains(prefix + $0.name) }) else { return nil }
      let others = unexpected.count - missing.count
      return "all \(missing.count) missing tensors are there below \(quoted(prefix))"
        + (others > 0
          ? ", with \(others) that the model doesn't have, such as "
            + quoted(unexpected.first { name in !missing.contains { prefix + $0.name == name } } ?? "") : "")
        + ". Save the state_dict of the model itself, or take \(quoted(prefix)) off the names"
    }
    guard let shorter = unexpected.first(where: { first.hasSuffix(".\($0)") }) else { return nil }
    let prefix = String(first.dropLast(shorter.count))
    let lacking = missing.filter {
      $0.name.hasPrefix(prefix) && names.contains(String($0.name.dropFirst(prefix.count)))
    }
    guard lacking.count == unexpected.count else { return nil }
    let others = missing.filter { missing in !lacking.contains(missing) }
    return "\(lacking.count) of its tensors are there without \(quoted(prefix)) before their names"
      + (others.isEmpty ? "" : ", and \(others.count) are missing, such as \(quoted(others[0].name))")
      + ". Save the model whole, with its classifier, by save_pretrained"
  }

  private func section(_ title: String, _ lines: [String]) -> [String] {
    let limit = 20
    guard !lines.isEmpty else { return [] }
    return ["  \(lines.count) \(title):"] + lines.prefix(limit).map { "    \($0)" }
      + (lines.count > limit ? ["    and \(lines.count - limit) more"] : [])
  }
}

extension WeightsError.Missing {
  fileprivate var line: String {
    "\(quoted(name)) (\(shape))" + (similar.map { "; there is \(quoted($0))" } ?? "")
  }
}

extension WeightsError.Mismatch {
  fileprivate var line: String {
    if !type.isReadable { return "\(quoted(name)): expected floating-point numbers, found \(type.rawValue)" }
    let isTransposed = expected.rank == 2 && expected.extents == found.extents.reversed()
    return "\(quoted(name)): expected \(expected), found \(found)" + (isTransposed ? " (transposed)" : "")
  }
}
