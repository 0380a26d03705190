public import XAITensor

/// How the weights differ from what a model asked for, all of it at once.
public struct WeightsError: Error, Hashable, Sendable {
  /// A tensor that the model needs and the weights don't have.
  public struct Missing: Hashable, Sendable {
    /// The name that was asked for.
    public let name: String
    /// The shape that was asked for.
    public let shape: Shape
    /// A left-over tensor of the same shape whose name is like it, if there is one.
    public let similar: String?
  }

  /// A tensor that is there with another shape, or with elements that aren't floating-point numbers.
  public struct Mismatch: Hashable, Sendable {
    /// The name of the tensor.
    public let name: String
    /// The shape that was asked for.
    public let expected: Shape
    /// The shape in the file.
    public let found: Shape
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
  /// The three lists, of each the first 20.
  public var description: String {
    let head = "\(quoted(path)) doesn't fit the model. Check that config.json belongs to these weights"
    return
      ([head]
      + section("missing", missing.map(\.line))
      + section("of another shape or type", mismatched.map(\.line))
      + section("not part of the model", unexpected.map { quoted($0) }))
      .joined(separator: "\n")
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
