public import XAITensor

/// Reads the weights of a model by the names of the checkpoint's tree, and collects what doesn't fit.
///
/// Code that builds a model states each tensor's name and shape where it uses it and meets no error; a tensor that
/// doesn't fit is a placeholder of zeros until `finish(ignoring:)` reports every problem together:
///
///     let reader = WeightReader(store)
///     let block = reader["vit.encoder.layer.\(index)"]
///     let weight = block["attention.attention.query"].tensor("weight", [768, 768])
///     try reader.finish(ignoring: ["vit.pooler."])
///
/// Compute with the tensors after `finish(ignoring:)` only: the sizes a wrong configuration asks for are harmless
/// as placeholders, which take no memory, but not as the operands of anything.
public struct WeightReader: Sendable {
  /// What stands before every name, without the last dot; empty at the root.
  public let prefix: String
  let ledger: WeightLedger

  /// Starts reading at the root of a checkpoint.
  public init(_ store: WeightStore) {
    self.prefix = ""
    self.ledger = WeightLedger(store)
  }

  private init(prefix: String, ledger: WeightLedger) {
    self.prefix = prefix
    self.ledger = ledger
  }

  /// The branch `path` of the tree below this one; all branches share one list of problems.
  public subscript(path: String) -> WeightReader { WeightReader(prefix: fullName(path), ledger: ledger) }

  /// Reads a tensor that the model needs, in place where the file allows.
  ///
  /// Gives a placeholder of zeros where it is missing, has another shape or holds integers; a shape whose elements
  /// can't be counted gives an empty placeholder.
  public func tensor(_ name: String, _ shape: Shape) -> Tensor {
    ledger.tensor(fullName(name), shape, isOptional: false) ?? placeholder(of: shape)
  }

  /// Reads a tensor that the model can do without, nil where the weights don't have it.
  ///
  /// One that is there in another shape is a problem like any other.
  public func optionalTensor(_ name: String, _ shape: Shape) -> Tensor? {
    ledger.tensor(fullName(name), shape, isOptional: true)
  }

  /// The shape of a tensor in the weights, nil where it isn't there; it doesn't count as read.
  public func shape(of name: String) -> Shape? { ledger.store[fullName(name)]?.shape }

  /// Reports every problem met so far and every tensor that was not read.
  ///
  /// - Parameter patterns: full names that may be left over; `*` stands for any characters, and a pattern that ends
  ///   in a dot for everything below that branch: `pooler.`, `*.position_ids`.
  /// - Throws: `WeightsError`, with all problems in it.
  public func finish(ignoring patterns: [String] = []) throws(WeightsError) {
    try ledger.check(ignoring: patterns.map(NamePattern.init))
  }

  private func fullName(_ name: String) -> String {
    prefix.isEmpty || name.isEmpty ? prefix + name : "\(prefix).\(name)"
  }
}
